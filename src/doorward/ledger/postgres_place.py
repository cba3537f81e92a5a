"""Where a journal is in PostgreSQL, and its tables there."""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from doorward.core.errors import BadInput
from doorward.ledger import chain

FORMAT: Final = 2
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,55}")

WRITING: Final = """
set synchronous_commit = on; set idle_in_transaction_session_timeout = 0; set statement_timeout = 0;
set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3;
set tcp_user_timeout = 30000
"""
"""A writer whose machine vanished is let go after half a minute, so that another can take over."""

CREATE: Final = """
create table form(version bigint not null);
insert into form values(2);
create table writer(one boolean primary key default true check(one), generation bigint not null,
                    commits bigint not null);
insert into writer values(true, 0, 0);
create table turns(turn bigint primary key, at_s bigint not null, service integer not null, key bytea,
                   chain bytea not null);
create unique index turns_by_key on turns(key) where key is not null;
create index turns_by_time on turns(at_s, turn);
create table facts(id bigint primary key, schema integer not null, rows integer not null,
                   lo bigint not null, hi bigint not null, body bytea not null);
alter table facts alter column body set storage external;
create index facts_by_schema on facts(schema, id);
create table services(id integer primary key, name text collate "C" not null unique);
create table schemas(id integer primary key, fact text collate "C" not null, columns text collate "C" not null,
                     unique(fact, columns));
create table meta(name text collate "C" primary key, value text not null, seal bytea not null);
create table lanes(destination text collate "C" primary key, written bigint not null, sent bigint not null);
create table outbox(destination text collate "C" not null, seq bigint not null, turn bigint not null,
                    key text not null, body bytea not null, seal bytea not null, primary key(destination, seq));
create table inbox(id bytea primary key, turn bigint not null);
create table vault(kind text collate "C", row bigint, turn bigint not null, body bytea not null,
                   unique(kind, row));
create index vault_by_turn on vault(kind, turn);
create table refs(scope text collate "C" not null, ref text collate "C" not null, row bigint not null,
                  turn bigint not null, primary key(scope, ref));
create index refs_by_row on refs(scope, row);
create view journal as
  select f.id / 4096 as turn, t.at_s, v.name as service, s.fact, f.rows, f.lo, f.hi, t.key, f.body, t.chain
  from facts f join turns t on t.turn = f.id / 4096 join services v on v.id = t.service
  join schemas s on s.id = f.schema;
create function fence(mine bigint, before bigint) returns void language plpgsql as $$
begin
  update writer set commits = commits + 1 where generation = mine and commits = before;
  if not found then
    raise exception 'another writer has taken over' using errcode = 'DW001';
  end if;
end $$;
"""
"""The same tables as in SQLite, and one row that says who writes and how many commits there were."""


@dataclass(frozen=True, slots=True)
class Address:
    """A schema in a server.

    conninfo  for libpq, with the password if the URL had one
    schema    one a region
    shown     for messages
    """

    conninfo: str = field(repr=False)
    schema: str
    shown: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """`postgresql://user@host:port/base?schema=metro` or `.../base/metro`; BadInput if it is neither."""
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query))
        base, _, rest = parts.path.strip("/").partition("/")
        schema = asked.pop("schema", "") or rest or "doorward"
        if not _NAME.fullmatch(schema):
            raise BadInput(
                f"a schema called {schema!r}",
                where="journal URL",
                rule="small letters, digits and _, at most 56",
                remedy="postgresql://user@host/base?schema=metro",
            )
        plain = urlunsplit((parts.scheme, parts.netloc, f"/{base}", urlencode(asked), ""))
        try:
            known = {name: str(value) for name, value in conninfo_to_dict(plain).items() if value is not None}
        except Exception as error:  # psycopg's own error for a URL that libpq cannot read
            raise BadInput("a URL that libpq cannot read", where="journal URL", rule=str(error)) from error
        known.setdefault("connect_timeout", "10")
        known.setdefault("keepalives_idle", "10")
        known.setdefault("keepalives_interval", "5")
        known.setdefault("keepalives_count", "3")
        known.setdefault(
            "application_name", f"doorward {schema}, process {os.getpid()} on {socket.gethostname()}"
        )
        host = known.get("host") or "localhost"
        shown = f"postgresql://{host}:{known.get('port') or 5432}/{unquote(base)}?schema={schema}"
        return cls(make_conninfo(**known), schema, shown)

    @property
    def lock(self) -> int:
        """The number of the schema's advisory lock in its database."""
        return int.from_bytes(chain.seal("writer", self.schema)[:8], "big", signed=True) & (2**63 - 1)
