"""Where a person finds something in Xero itself."""


def invoice_url(app_url: str, short_code: str, external_id: str) -> str:
    """The invoice in Xero's own pages; the short code opens the right organisation."""
    page = f"/AccountsReceivable/Edit.aspx?InvoiceID={external_id}"
    if not short_code:
        return f"{app_url}{page}"
    return f"{app_url}/organisationlogin/default.aspx?shortcode={short_code}&redirecturl={page}"
