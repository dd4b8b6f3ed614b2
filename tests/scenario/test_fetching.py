"""Aggregate from elsewhere: APIs, tables of PostgreSQL and MySQL, SFTP, with real protocols at both ends."""

import asyncio
import json
import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import asyncssh
import duckdb
import pytest
from django.db import connection
from tests.scenario.test_catalogue import actor, city  # noqa: F401 (the fixture)
from tests.scenario.test_connectors import LOOPBACK, as_csv, held, rows, worked, zone  # noqa: F401 (the fixture)

from liangxi.systems.data import face as data
from liangxi.systems.data.connectors import databases, folders
from liangxi.systems.data.models import Source


@contextmanager
def served(serve):
    """A server of asyncio in a thread of its own; `serve` gives its port, and what closes it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    port, close = asyncio.run_coroutine_threadsafe(serve(), loop).result(30)
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def api(pages, status=200):
    class Api(BaseHTTPRequestHandler):
        seen = []

        def do_GET(self):
            self.seen.append((self.path, self.headers["X-Key"]))
            body = json.dumps(pages.get(self.path, {"data": {"items": []}})).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", Api.seen
        server.shutdown()
        thread.join()


def test_an_api_is_read_page_by_page_with_its_key_and_never_inside_the_house(zone, settings):  # noqa: F811
    keys = ("citizen_id", "skill", "score", "changed")
    body = [dict(zip(keys, row, strict=True)) for row in rows(5)]
    pages = {"/p?x=1&page=1": {"data": {"items": body[:3]}}, "/p?x=1&page=2": {"data": {"items": body[3:]}}}
    with api(pages) as (url, seen):
        how = {"url": f"{url}/p?x=1", "records": "data.items", "paging": "number", "parameter": "page",
               "header": "X-Key", "prefix": "k "}  # fmt: skip
        said = {"id": "skills-api", "resource": "skills", "title": {"zh": "接口"}, "kind": "http", "settings": how}
        id = data.save_source(by=actor("hrss"), definition=said, secret="hush")
        assert "hush" not in Source.objects.get(pk=id).secret and data.source(by=actor("hrss"), id=id).has_secret
        done = worked(data.start_run(by=actor("hrss"), source=id))
        assert (done.state, done.good, len(held())) == ("done", 5, 5)
        assert [path for path, _ in seen] == ["/p?x=1&page=1", "/p?x=1&page=2", "/p?x=1&page=3"]
        assert seen[0][1] == "k hush"
        settings.CONNECTOR_NETWORKS = ()
        closed = worked(data.start_run(by=actor("hrss"), source=id))
        assert closed.state == "failed" and closed.error.startswith("This address is not open")
        assert len(seen) == 3
    settings.CONNECTOR_NETWORKS = LOOPBACK
    gone = worked(data.start_run(by=actor("hrss"), source=id))
    assert gone.state == "waiting" and gone.error.startswith("The source cannot be reached")  # tried again later


def table_source(kind, port, **more):
    how = {"host": "127.0.0.1", "port": port, "database": more.pop("database"), "user": more.pop("user"),
           "table": "skill_rows", "key": "id", "cursor": "changed", "overlap": 60, "tls": "disable"}  # fmt: skip
    said = {"id": f"skills-{kind}", "resource": "skills", "title": {"zh": "库表"}, "kind": kind, "mode": "upsert",
            "columns": {"id": "citizen_id"}, "settings": how}  # fmt: skip
    return data.save_source(by=actor("hrss"), definition=said, secret=more.pop("secret", ""))


@pytest.mark.django_db(transaction=True)
def test_a_table_of_postgresql_is_read_whole_and_then_after_its_cursor(zone, monkeypatch):  # noqa: F811
    monkeypatch.setattr(databases, "PAGE", 4)
    about = connection.get_connection_params()
    real = databases.psycopg.connect
    ours = {"host": about["host"], "port": about["port"], "dbname": about["dbname"], "user": about["user"],
            "password": about.get("password", "")}  # fmt: skip
    kept = ("connect_timeout", "autocommit", "options")
    monkeypatch.setattr(
        databases.psycopg, "connect", lambda **said: real(**{k: said[k] for k in kept}, **ours)
    )  # the test's server listens at a socket
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE skill_rows (id text PRIMARY KEY, skill text, score numeric, changed timestamp)")
        try:
            cursor.executemany("INSERT INTO skill_rows VALUES (%s, %s, %s, %s)", rows(10))
            id = table_source("postgresql", 5432, database="x", user="x", secret="s")
            done = worked(data.start_run(by=actor("hrss"), source=id))
            assert (done.state, done.good, done.version) == ("done", 10, 1), done
            assert data.source(by=actor("hrss"), id=id).cursor == "2026-01-02 03:04:05"
            cursor.execute("UPDATE skill_rows SET score = 7, changed = '2026-02-01' WHERE id = %s", [rows(1)[0][0]])
            more = worked(data.start_run(by=actor("hrss"), source=id))
            assert (more.state, more.good, more.version, more.batch) == (
                "done",
                10,
                1,
                1,
            )  # the overlap reads all again
            assert str(held()[rows(1)[0][0]][1]) == "7.000000" and len(held()) == 10
            states = [worked(data.start_run(by=actor("hrss"), source=id)).state for _ in range(2)]
            assert states == ["done", "repeated"]  # what the overlap reads again, and then the same again
        finally:
            cursor.execute("DROP TABLE skill_rows")


def test_a_table_of_mysql_is_read_as_its_own_protocol_says(zone, monkeypatch):  # noqa: F811
    from mysql_mimic import MysqlServer, Session

    body = rows(10)

    class Rows(Session):
        async def query(self, expression, sql, attrs):
            engine = duckdb.connect()
            engine.execute("CREATE TABLE skill_rows (id VARCHAR, skill VARCHAR, score VARCHAR, changed VARCHAR)")
            engine.executemany("INSERT INTO skill_rows VALUES (?, ?, ?, ?)", body)
            found = engine.execute(expression.sql(dialect="duckdb"))
            return found.fetchall(), [one[0] for one in found.description]

    async def serve():
        server = MysqlServer(session_factory=Rows)
        await server.start_server(host="127.0.0.1", port=0)

        async def close():
            server.close()
            await server.wait_closed()

        return server._server.sockets[0].getsockname()[1], close

    monkeypatch.setattr(databases, "PAGE", 4)
    with served(serve) as port:
        id = table_source("mysql", port, database="x", user="levon")
        done = worked(data.start_run(by=actor("hrss"), source=id))
        assert (done.state, done.good, len(held())) == ("done", 10, 10), done


class Door(asyncssh.SSHServer):
    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == ("dept", "hush")


def test_an_sftp_server_is_read_when_it_is_the_one_that_was_named(zone):  # noqa: F811
    place = zone / "remote"
    (place / "out").mkdir(parents=True)
    (place / "out" / "a.csv").write_bytes(as_csv(rows(4)).read())
    os.utime(place / "out" / "a.csv", (folders.now() - 60,) * 2)
    key, other = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))

    async def serve():
        server = await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[key], server_factory=Door,
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(place)))  # fmt: skip

        async def close():
            server.close()
            await server.wait_closed()

        return server.get_port(), close

    def source(id, trusted):
        how = {"host": "127.0.0.1", "port": port, "user": "dept", "folder": "out",
               "host_key": trusted.export_public_key().decode()}  # fmt: skip
        said = {"id": id, "resource": "skills", "title": {"zh": "SFTP"}, "kind": "sftp", "settings": how}
        return data.save_source(by=actor("hrss"), definition=said, secret="hush")

    with served(serve) as port:
        done = worked(data.start_run(by=actor("hrss"), source=source("skills-sftp", key)))
        assert (done.state, done.good, done.file) == ("done", 4, "a.csv"), done
        false = worked(data.start_run(by=actor("hrss"), source=source("skills-false", other)))
        assert false.state == "waiting" and "HostKeyNotVerifiable" in str(false.error_params)
