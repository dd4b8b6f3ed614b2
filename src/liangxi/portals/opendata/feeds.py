"""What is new, for readers of feeds; every page, for search engines."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from liangxi.core.forms import face as forms
from liangxi.portals.access import everybody
from liangxi.systems.data.face import opendata

NEWEST = 50
MOST = 1000


@everybody
@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """The newest versions of open data sets as Atom, or with `?format=rss` as RSS 2.0."""
    root, home = settings.CONFIG.public_url, reverse("opendata:home")
    kind = Rss201rev2Feed if request.GET.get("format") == "rss" else Atom1Feed
    feed = kind(
        title=gettext("Open data of the city"),
        link=root + home,
        description=gettext("New and renewed open data sets"),
        feed_url=root + request.path,
    )
    for one in opendata.datasets(sort="newest", limit=NEWEST).rows:
        page = root + reverse("opendata:dataset", args=[one.id])
        feed.add_item(
            title=gettext("%(title)s, version %(number)s") % {"title": forms.say(one.title), "number": one.version},
            link=page,
            description=forms.say(one.summary),
            unique_id=f"{page}#v{one.version}",
            unique_id_is_permalink=False,
            pubdate=one.updated_at,
            updateddate=one.updated_at,
        )
    return _public(HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type))


@everybody
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The pages of open data (sitemaps.org)."""
    root = settings.CONFIG.public_url
    context = {
        "root": root,
        "pages": [root + reverse(f"opendata:{name}") for name in ("home", "licences", "developers", "requests")],
        "sets": opendata.datasets(sort="id", limit=MOST).rows,
    }
    return _public(render(request, "opendata/sitemap.xml", context, content_type="application/xml"))


def _public(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "public, max-age=60"
    return answer
