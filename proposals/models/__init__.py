"""Offers to clients, from the draft to the signature, and the evidence of it."""

from proposals.models.evidence import ProposalDocument as ProposalDocument
from proposals.models.evidence import Signature as Signature
from proposals.models.evidence import SigningLink as SigningLink
from proposals.models.lines import ProposalEvent as ProposalEvent
from proposals.models.lines import ProposalLine as ProposalLine
from proposals.models.proposals import MovedOn as MovedOn
from proposals.models.proposals import Proposal as Proposal
