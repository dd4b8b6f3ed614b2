"""The addresses of residents and firms."""

from django.urls import path

from liangxi.portals.citizen import account, acting, applying, cases, finding, guiding, previewing, reviewing, signing

app_name = "citizen"
urlpatterns = [
    path("", finding.home, name="home"),
    path("things/", finding.things, name="things"),
    path("things/<slug:package>/", guiding.thing, name="thing"),
    path("things/<slug:package>/sheet/", guiding.sheet, name="sheet"),
    path("things/<slug:package>/begin/", applying.begin, name="begin"),
    path("preview/<uuid:copy>/", previewing.guide, name="preview"),
    path("preview/<uuid:copy>/form/", previewing.form, name="preview_form"),
    path("applications/<uuid:draft>/", applying.form, name="form"),
    path("applications/<uuid:draft>/materials/", applying.materials, name="materials"),
    path("applications/<uuid:draft>/check/", applying.check, name="check"),
    path("applications/<uuid:draft>/sign/", applying.ask_signature, name="ask_signature"),
    path("applications/<uuid:draft>/wrong/<slug:field>/", applying.dispute, name="dispute"),
    path("cases/", cases.mine, name="mine"),
    path("cases/<str:no>/", cases.case, name="case"),
    path("cases/<str:no>/receipt/", cases.receipt, name="receipt"),
    path("cases/<str:no>/correct/", cases.correct, name="correct"),
    path("cases/<str:no>/follow/", cases.follow, name="follow"),
    path("cases/<str:no>/urge/", cases.urge, name="urge"),
    path("cases/<str:no>/withdraw/", cases.withdraw, name="withdraw"),
    path("cases/<str:no>/rate/", reviewing.rate, name="rate"),
    path("cases/<str:no>/rate/settle/", reviewing.settle, name="settle"),
    path("review/", reviewing.ask, name="review"),
    path("review/<str:code>/", reviewing.visit, name="visit"),
    path("reviews/", reviewing.published, name="reviews"),
    path("status/", cases.status, name="status"),
    path("certificates/", account.own_certificates, name="certificates"),
    path("certificates/<str:number>.pdf", account.certificate_pdf, name="certificate_pdf"),
    path("messages/", account.inbox, name="messages"),
    path("me/", account.me, name="me"),
    path("me/acting/", acting.acting, name="acting"),
    path("me/proxies/", acting.proxies, name="proxies"),
    path("me/proxies/<uuid:proxy>/", acting.answer, name="proxy"),
    path("me/keys/", account.keys, name="keys"),
    path("me/webhooks/", account.webhooks, name="webhooks"),
    path("login/", signing.login, name="login"),
    path("logout/", signing.logout, name="logout"),
]
