"""What the page of the API says of its operations is said in Chinese; no other law finds the words of docstrings."""

from django.utils import translation

from liangxi.gateways.rest.templatetags.rest import first_words, room_title
from liangxi.gateways.rest.views import service


def test_every_operation_and_every_group_has_its_chinese_words():
    paths = service().get_openapi_schema()["paths"].values()
    operations = [one for methods in paths for one in methods.values()]
    with translation.override("zh-hans"):
        said = {one["operationId"]: first_words(one.get("description") or one["summary"]) for one in operations}
        titles = {tag: room_title(tag) for one in operations for tag in one["tags"]}
    assert len(said) > 20
    assert [name for name, words in (said | titles).items() if words.isascii()] == []
