"""The addresses of open data."""

from django.urls import path

from liangxi.portals.opendata import feeds, harvested, listing, one, taking_part

app_name = "opendata"
urlpatterns = [
    path("", listing.found, name="home"),
    path("licences/", listing.licences, name="licences"),
    path("developers/", listing.developers, name="developers"),
    path("feed.atom", feeds.newest, name="feed"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("harvested/", harvested.listed, name="harvested"),
    path("harvested/<uuid:found>/", harvested.one, name="harvested_set"),
    path("requests/", taking_part.requests, name="requests"),
    path("sets/<slug:dataset>/", one.page, name="dataset"),
    path("sets/<slug:dataset>/rate/", taking_part.rate, name="rate"),
    path("sets/<slug:dataset>/stories/", taking_part.tell, name="tell"),
    path("sets/<slug:dataset>/files/<slug:name>.<slug:format>", one.file, name="file"),
]
