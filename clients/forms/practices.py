from zoneinfo import available_timezones

from django import forms


class PracticeForm(forms.Form):
    """What the practice says about itself."""

    name = forms.CharField(max_length=200)
    principal = forms.CharField(max_length=200, required=False)
    address = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    email = forms.EmailField(
        max_length=254,
        required=False,
        label="E-mail address",
        help_text="Clients who answer our letters write to this address.",
    )
    phone = forms.CharField(max_length=40, required=False)
    region = forms.CharField(max_length=100, required=False)
    professional_body = forms.CharField(max_length=200, required=False)
    data_protection_officer = forms.CharField(max_length=200, required=False)
    complaints_officer = forms.CharField(max_length=200, required=False)
    insurance = forms.CharField(
        max_length=500, required=False, label="Professional indemnity insurance", help_text="Insurer and territory."
    )
    time_zone = forms.CharField(max_length=64, help_text="By its IANA name, as Europe/London.")

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise forms.ValidationError("No time zone has this name. Write its IANA name, as Europe/London.")
        return zone
