"""The addresses of administration."""

from django.urls import path

from liangxi.portals.office import (
    accounts,
    cases,
    deliveries,
    objections,
    organisations,
    overview,
    own,
    packages,
    registers,
    trail,
)

app_name = "office"
urlpatterns = [
    path("", overview.home, name="home"),
    path("cases/", cases.found, name="cases"),
    path("cases/<str:no>/", cases.one, name="case"),
    path("people/", registers.people_found, name="people"),
    path("people/<uuid:person>/", registers.person, name="person"),
    path("objections/", objections.listed, name="objections"),
    path("objections/<uuid:objection>/", objections.one, name="objection"),
    path("accounts/", accounts.listed, name="accounts"),
    path("accounts/<int:account>/", accounts.one, name="account"),
    path("accounts/<int:account>/posts/<int:post>/end/", accounts.end, name="end_post"),
    path("organisations/", organisations.tree, name="organisations"),
    path("packages/", packages.listed, name="packages"),
    path("packages/<slug:package>/<str:version>/", packages.version, name="package"),
    path("packages/<slug:package>/<str:version>/compare/<str:other>/", packages.compare, name="compare"),
    path("trail/", trail.entries, name="trail"),
    path("trail/verification/", trail.verification, name="verification"),
    path("deliveries/", deliveries.dead, name="deliveries"),
    path("deliveries/<int:delivery>/retry/", deliveries.retry, name="retry"),
    path("deliveries/<int:delivery>/skip/", deliveries.skip, name="skip"),
    path("own/", own.posts, name="own"),
    path("own/lend/", own.lend, name="lend"),
    path("own/take-back/", own.take_back, name="take_back"),
    path("own/password/", own.password, name="password"),
    path("own/keys/", own.keys, name="keys"),
]
