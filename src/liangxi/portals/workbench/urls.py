"""The addresses of the desk."""

from django.urls import path

from liangxi.portals.workbench import cases, files, inbox, notices, reviews, signing, windows

app_name = "workbench"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("batch/", inbox.batch, name="batch"),
    path("next/", inbox.go_on, name="go_on"),
    path("lights/", inbox.lights, name="lights"),
    path("cases/", inbox.found, name="cases"),
    path("cases/<slug:no>/", cases.case, name="case"),
    path("cases/<slug:no>/do/", cases.act, name="act"),
    path("cases/<slug:no>/notices/<int:seq>/", notices.notice, name="notice"),
    path("cases/<slug:no>/slip/", cases.slip, name="slip"),
    path("cases/<slug:no>/materials/<slug:material>/", files.material, name="material"),
    path("cases/<slug:no>/files/<slug:file>/", files.attachment, name="attachment"),
    path("cases/<slug:no>/visit/", reviews.visit, name="visit"),
    path("reviews/<slug:no>/", reviews.rectification, name="rectification"),
    path("window/", windows.window, name="window"),
    path("window/begin/", windows.begin, name="begin"),
    path("window/end/", windows.end, name="end"),
    path("posts/", signing.posts, name="posts"),
    path("login/", signing.login, name="login"),
    path("logout/", signing.logout, name="logout"),
]
