"""The words of events, as msgids: sentences of the history, and what somebody did."""

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _n

SENTENCES: Mapping[str, str] = {
    "opened": _n("Submitted"),
    "accepted": _n("Accepted"),
    "started": _n("The department began its review"),
    "refused": _n("Not accepted: %(reason)s"),
    "supplement_requested": _n("Asked to correct: %(note)s"),
    "supplement_answered": _n("Corrections were sent"),
    "approve": _n("Approved"),
    "deny": _n("Denied: %(reason)s"),
    "issued": _n("Certificate %(certificate)s was issued"),
    "cancelled": _n("Ended, because “%(title)s” was denied"),
    "ready": _n("All results are ready"),
    "handed_out": _n("The results were handed out"),
    "withdrawn": _n("Withdrawn by the applicant"),
    "rated": _n("Rated by the applicant"),
}
DEEDS: Mapping[str, str] = {
    "opened": _n("submitted"),
    "accepted": _n("accepted"),
    "started": _n("began the review"),
    "refused": _n("did not accept"),
    "supplement_requested": _n("asked for corrections"),
    "supplement_answered": _n("sent corrections"),
    "decided": _n("decided"),
    "issued": _n("issued the certificate"),
    "cancelled": _n("ended the matter"),
    "ready": _n("completed the results"),
    "handed_out": _n("handed out the results"),
    "withdrawn": _n("withdrew the case"),
    "rated": _n("rated the service"),
}
