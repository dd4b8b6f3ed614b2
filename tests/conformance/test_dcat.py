"""The catalogue as DCAT-AP 3.0, judged by shapes in SHACL.

The shapes are our own: they restate the cardinalities and kinds of nodes that the profile demands of the classes we
use, since the shapes that SEMIC publishes are not kept here. Ranges by the EU's authority tables are not judged.
"""

import pytest
from django.test import Client
from pyshacl import validate
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SH, SKOS, XSD
from tests.scenario.test_catalogue import city  # noqa: F401 (the fixture comes from there)
from tests.scenario.test_opening import opened, zone  # noqa: F401 (the fixture comes from there)

FORMATS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}
NODE, TEXT, TIME = "node", "text", "time"
RULES = {  # class: property -> least, most (None: any), kind
    DCAT.Catalog: {
        DCTERMS.title: (1, None, TEXT), DCTERMS.description: (1, None, TEXT), DCTERMS.publisher: (1, 1, NODE),
        DCTERMS.modified: (0, 1, TIME), DCTERMS.issued: (0, 1, TIME), DCTERMS.license: (0, 1, NODE),
        DCTERMS.language: (0, None, NODE), FOAF.homepage: (0, 1, NODE), DCAT.dataset: (0, None, NODE),
        DCAT.service: (0, None, NODE), DCAT.themeTaxonomy: (0, None, NODE),
    },
    DCAT.Dataset: {
        DCTERMS.title: (1, None, TEXT), DCTERMS.description: (1, None, TEXT), DCTERMS.publisher: (0, 1, NODE),
        DCTERMS.accessRights: (0, 1, NODE), DCTERMS.accrualPeriodicity: (0, 1, NODE), DCTERMS.issued: (0, 1, TIME),
        DCTERMS.modified: (0, 1, TIME), DCTERMS.identifier: (0, None, TEXT), DCAT.keyword: (0, None, TEXT),
        DCAT.theme: (0, None, NODE), DCAT.distribution: (1, None, NODE), URIRef(f"{DCAT}version"): (0, 1, TEXT),
        DCTERMS.spatial: (0, None, NODE), DCTERMS.provenance: (0, None, NODE), DCAT.landingPage: (0, None, NODE),
    },
    DCAT.Distribution: {
        DCAT.accessURL: (1, None, NODE), DCAT.downloadURL: (0, None, NODE), DCTERMS.format: (0, 1, NODE),
        DCAT.mediaType: (0, 1, NODE), DCTERMS.license: (1, 1, NODE), DCTERMS.modified: (0, 1, TIME),
    },
    DCAT.DataService: {DCTERMS.title: (1, None, TEXT), DCAT.endpointURL: (1, None, NODE),
                       DCAT.endpointDescription: (0, None, NODE), DCAT.servesDataset: (0, None, NODE)},
    FOAF.Agent: {FOAF.name: (1, None, TEXT)},
    SKOS.Concept: {SKOS.prefLabel: (1, None, TEXT)},
    SKOS.ConceptScheme: {DCTERMS.title: (1, None, TEXT)},
}  # fmt: skip


def shapes():
    """RULES as a graph of SHACL."""
    graph = Graph()
    for target, properties in RULES.items():
        shape = URIRef(f"urn:shape:{target.fragment or target.rpartition('/')[2]}")
        graph.add((shape, RDF.type, SH.NodeShape))
        graph.add((shape, SH.targetClass, target))
        for path, (least, most, kind) in properties.items():
            rule = BNode()
            graph.add((shape, SH.property, rule))
            graph.add((rule, SH.path, path))
            graph.add((rule, SH.minCount, Literal(least)))
            graph.add((rule, SH.nodeKind, SH.BlankNodeOrIRI if kind == NODE else SH.Literal))
            if kind == TIME:
                graph.add((rule, SH.datatype, XSD.dateTime))
            if most is not None:
                graph.add((rule, SH.maxCount, Literal(most)))
    return graph


def graph_of(path, format):
    answer = Client().get(path)
    assert answer.status_code == 200, answer.content
    return Graph().parse(data=answer.content, format=FORMATS[format])


def judged(graph):
    conforms, _, said = validate(graph, shacl_graph=shapes(), inference="none")
    return [] if conforms else said


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_catalogue_keeps_the_shapes_in_every_format(zone):  # noqa: F811
    assert judged(graph_of("/dcat/catalog.ttl", "ttl")) == []  # an empty catalogue is one as well
    opened()
    graphs = {format: graph_of(f"/dcat/catalog.{format}", format) for format in FORMATS}
    for format, graph in graphs.items():
        assert judged(graph) == []
        (me,) = graph.subjects(RDF.type, DCAT.Dataset)
        assert len(list(graph.objects(me, DCAT.distribution))) == 3 and len(graph) == len(graphs["ttl"])
        one = graph_of(f"/dcat/sets/bus-position.{format}", format)
        assert judged(one) == [] and (me, DCTERMS.identifier, Literal("bus-position")) in one
    (catalog,) = graphs["ttl"].subjects(RDF.type, DCAT.Catalog)
    assert len(list(graphs["ttl"].objects(catalog, DCTERMS.title))) == 2
    broken = graph_of("/dcat/catalog.ttl", "ttl")
    broken.remove((None, DCTERMS.description, None))
    assert judged(broken)  # the shapes do find what is missing

    far = graph_of("/dcat/catalog.ttl?page=7", "ttl")
    assert not list(far.subjects(RDF.type, DCAT.Dataset)) and judged(far) == []
    sent = Client().get("/dcat/catalog", headers={"accept": "application/ld+json"})
    assert sent.status_code == 302 and sent["Location"].endswith(".jsonld")
    for path in ("/dcat/catalog.exe", "/dcat/sets/food-licence.ttl", "/dcat/sets/bus-position.n3"):
        assert Client().get(path).status_code == 404
