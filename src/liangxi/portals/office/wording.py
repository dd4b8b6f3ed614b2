"""The words of these pages for what the house keeps as codes."""

from django.utils.translation import gettext, pgettext


def permissions() -> dict[str, str]:
    """What permissions let one do."""
    return {
        "case.accept": gettext("Accept cases"),
        "node.manage": gettext("Make neighbouring nodes known"),
        "case.decide": gettext("Decide matters"),
        "case.handout": gettext("Hand out results"),
        "case.read": gettext("Read cases"),
        "person.read": gettext("Read the register of persons"),
        "data.read": gettext("Read data"),
        "data.manage": gettext("Manage data"),
        "data.correct": gettext("Correct data"),
        "data.grant": gettext("Grant data"),
        "onething.edit": gettext("Edit packages"),
        "data.request": gettext("Request data"),
        "data.review": gettext("Review catalogue and needs"),
        "case.apply": gettext("Apply for the organisation"),
        "onething.publish": gettext("Publish packages"),
        "onething.read": gettext("Read packages"),
    }


def kinds() -> dict[str, str]:
    """Kinds of organisations."""
    return {
        "government": gettext("Government"),
        "department": gettext("Department"),
        "institution": gettext("Public institution"),
        "window": gettext("Service window"),
        "town": gettext("Town or street"),
        "zone": gettext("Functional zone"),
        "community": gettext("Community"),
    }


def relations() -> dict[str, str]:
    """Relations to the head of a household (GB/T 4761)."""
    return {
        "head": pgettext("relation", "Head"),
        "spouse": pgettext("relation", "Spouse"),
        "husband": pgettext("relation", "Husband"),
        "wife": pgettext("relation", "Wife"),
        "son": pgettext("relation", "Son"),
        "daughter": pgettext("relation", "Daughter"),
        "child": pgettext("relation", "Child"),
        "father": pgettext("relation", "Father"),
        "mother": pgettext("relation", "Mother"),
        "parent": pgettext("relation", "Parent"),
    }


def deeds() -> dict[str, str]:
    """Actions of the audit trail."""
    return {
        "people.login": gettext("Signed in"),
        "person.read": gettext("Looked at a person"),
        "person.search": gettext("Searched for persons"),
        "household.read": gettext("Looked at a household"),
        "case.view": gettext("Looked at a case"),
        "people.post.appointed": gettext("Gave a post"),
        "people.post.ended": gettext("Ended a post"),
        "people.delegated": gettext("Lent a post"),
        "people.delegation.ended": gettext("Took back a post"),
        "people.password.changed": gettext("Changed a password"),
        "people.api_key.issued": gettext("Made a key for a program"),
        "people.api_key.revoked": gettext("Revoked a key of a program"),
        "data.dispute.view": gettext("Opened an objection"),
        "data.dispute.answered": gettext("Answered an objection"),
        "onething.published": gettext("Published a version of a package"),
        "onething.copy.begun": gettext("Began a working copy of a package"),
        "onething.copy.saved": gettext("Saved a working copy of a package"),
        "onething.copy.submitted": gettext("Submitted a package for approval"),
        "onething.copy.withdrawn": gettext("Took a package back from approval"),
        "onething.copy.rejected": gettext("Sent a package back"),
        "onething.copy.approved": gettext("Approved a package"),
        "onething.copy.discarded": gettext("Discarded a working copy of a package"),
        "people.loaded": gettext("Loaded a register"),
        "people.accounts.loaded": gettext("Loaded accounts"),
        "people.organisations.loaded": gettext("Loaded organisations"),
    }


def decisions() -> dict[str, str]:
    """Decisions of the audit trail."""
    return {
        "granted": pgettext("decision", "granted"),
        "refused": pgettext("decision", "refused"),
        "full": pgettext("decision", "complete"),
        "masked": pgettext("decision", "masked"),
    }
