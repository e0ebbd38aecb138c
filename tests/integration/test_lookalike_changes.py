"""The look-alike captures changes as OpenEdge's documentation says, under each answer to what it
does not say."""

import pytest

TABLE = """
ADD TABLE "Kept"
ADD FIELD "Id" OF "Kept" AS integer
  ORDER 10
ADD FIELD "Text" OF "Kept" AS character
  MAX-WIDTH 60
  ORDER 20
ADD FIELD "Words" OF "Kept" AS character
  EXTENT 2
  MAX-WIDTH 60
  ORDER 30
ADD FIELD "Large" OF "Kept" AS clob
  ORDER 40
ADD INDEX "Id" ON "Kept"
  UNIQUE
  PRIMARY
  INDEX-FIELD "Id" ASCENDING
"""
TRACKED = ('SELECT c."_Operation", c."_Recid", c."_Change-Sequence" FROM PUB."_Cdc-Change-Tracking" c,'
           ' PUB."_File" f WHERE c."_Source-Table-Number" = f."_File-Number"'
           ' AND f."_File-Name" = \'Kept\' ORDER BY c."_Change-Sequence"')
IMAGES = ('SELECT c."_Change-Sequence", c."_Operation", c."Id", c."Text" FROM PUB."CDC_Kept" c'
          ' ORDER BY c."_Change-Sequence", c."_Operation"')
FIRST, CHANGED = "'first', ARRAY['a', 'b'], 'large'", '"Text" = \'second\''


@pytest.fixture
def kept(openedge):
    openedge.df(TABLE)
    yield openedge
    openedge.reset()
    openedge.df('DROP TABLE "Kept"')


@pytest.fixture
def session(kept):
    """Reads without locks, as oe2pg does."""
    with kept.connect() as connection:
        connection.set("isolation", 1)
        yield connection


def insert(key):
    return "INSERT INTO PUB.\"Kept\" VALUES (%d, %s)" % (key, FIRST)


def change_all(server):
    """A row that is made, changed and taken away."""
    server.sql(insert(1))
    server.sql('UPDATE PUB."Kept" SET %s WHERE "Id" = 1' % CHANGED)
    server.sql('DELETE FROM PUB."Kept"')


def operations(session):
    return [row[0] for row in session.query(TRACKED)]


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_each_level_tracks_what_was_done_to_which_row(kept, session, level):
    kept.policy("Kept", level)
    kept.sql(insert(1))
    rowid = session.value('SELECT ROWID FROM PUB."Kept"')
    kept.sql('UPDATE PUB."Kept" SET %s' % CHANGED)
    kept.sql('DELETE FROM PUB."Kept"')
    rows = session.query(TRACKED)
    assert [row[0] for row in rows] == [1, 4, 2]
    assert {int(row[1]) for row in rows} == {int(rowid)}
    assert [row[2] for row in rows] == [1, 2, 3]


@pytest.mark.parametrize("level, images", [
    (1, []),
    (2, [[1, 1, 1, "first"], [2, 4, 1, "second"], [3, 2, 1, "second"]]),
    (3, [[1, 1, 1, "first"], [2, 3, 1, "first"], [2, 4, 1, "second"], [3, 2, 1, "second"]])])
def test_images_come_with_level_two_and_those_from_before_with_three(kept, session, level, images):
    kept.policy("Kept", level)
    change_all(kept)
    assert session.query(IMAGES) == images


def test_level_three_may_track_an_update_twice(kept, session):
    kept.switch(cdc_tracking_rows="two")
    kept.policy("Kept", 3)
    change_all(kept)
    assert operations(session) == [1, 3, 4, 2]
    assert [row[:2] for row in session.query(IMAGES)] == [[1, 1], [2, 3], [3, 4], [4, 2]]


@pytest.mark.parametrize("level, text", [(0, None), (1, "02")])
def test_the_map_has_a_bit_for_each_field_that_changed(kept, session, level, text):
    kept.policy("Kept", level)
    change_all(kept)
    maps = [row[0] for row in kept.sql('SELECT "_Change-FieldMap" FROM PUB."_Cdc-Change-Tracking"'
                                       ' ORDER BY "_Change-Sequence"')]
    assert maps == [None, text and {"binary": text + "00" * 255}, None]


@pytest.mark.parametrize("answer, tracked", [("silent", [1]), ("tracked", [1, 4])])
def test_an_update_of_what_is_not_captured_may_be_tracked(kept, session, answer, tracked):
    kept.switch(cdc_uncaptured=answer)
    kept.policy("Kept", 1, fields="Id:1,Words")
    kept.sql(insert(1))
    kept.sql('UPDATE PUB."Kept" SET %s' % CHANGED)
    assert operations(session) == tracked


def test_a_policy_names_its_fields_and_never_large_ones(kept, session):
    kept.policy("Kept", 2, fields="Text,Id:1", owner="capture", name="Changes")
    assert session.query(
        'SELECT x."_Field-Name", p."_Identifying-Field" FROM PUB."_Cdc-Field-Policy" p,'
        ' PUB."_Field" x, PUB."_Cdc-Table-Policy" t, PUB."_File" f'
        ' WHERE p."_Policy-Id" = t."_Policy-Id" AND x.rowid = p."_Field-Recid"'
        ' AND f.rowid = t."_Source-File-Recid" AND f."_File-Name" = \'Kept\''
        ' ORDER BY x."_Field-Name"') == [["Id", 1], ["Text", 0]]
    assert session.query('SELECT c."Text" FROM capture."Changes" c') == []
    with pytest.raises(RuntimeError):
        kept.policy("Kept", 2, fields="Large")


@pytest.mark.parametrize("state, instance", [(1, 0), (0, 1), (0, 2)])
def test_a_policy_that_is_not_the_active_current_one_captures_nothing(kept, session, state, instance):
    kept.policy("Kept", 0, state=state, instance=instance)
    change_all(kept)
    assert operations(session) == []


# --- transactions

@pytest.mark.parametrize("answer, meanwhile", [("at_once", [1]), ("at_commit", [])])
def test_what_an_open_transaction_captured_may_be_seen_without_locks(kept, session, answer, meanwhile):
    kept.switch(cdc_visible=answer)
    kept.policy("Kept", 0)
    kept.write(7, insert(1))
    assert operations(session) == meanwhile
    kept.end(7)
    assert operations(session) == [1]


def test_a_lower_sequence_may_be_committed_later(kept, session):
    kept.switch(cdc_visible="at_commit")
    kept.policy("Kept", 0)
    kept.write(7, insert(1))
    kept.sql(insert(2))
    assert [row[2] for row in session.query(TRACKED)] == [2]
    kept.end(7)
    assert [row[2] for row in session.query(TRACKED)] == [1, 2]


@pytest.mark.parametrize("answer, sequence", [("gap", 3), ("reused", 2)])
def test_a_rollback_leaves_neither_rows_nor_tracking_and_perhaps_a_gap(kept, session, answer, sequence):
    kept.switch(cdc_rolled_back=answer)
    kept.policy("Kept", 0)
    kept.sql(insert(1))
    kept.write(7, insert(2))
    assert session.value('SELECT COUNT(*) FROM PUB."Kept"') == 2
    kept.rollback(7)
    assert session.value('SELECT COUNT(*) FROM PUB."Kept"') == 1
    kept.sql(insert(3))
    assert [row[2] for row in session.query(TRACKED)] == [1, sequence]


def test_others_purge_and_partitions_are_told_of_as_a_whole(kept, session):
    kept.policy("Kept", 0)
    change_all(kept)
    kept.purge("Kept", 2)
    kept.track("Kept", 6)
    assert operations(session) == [2, 6]


def test_a_schema_that_changes_leaves_the_tracking_as_it_is(kept, session):
    kept.policy("Kept", 1)
    kept.sql(insert(1))
    kept.df('ADD FIELD "New" OF "Kept" AS integer\n  ORDER 50')
    assert operations(session) == [1]


# --- what the metaschema says

@pytest.mark.parametrize("answer, told", [("unset", [None, None]), ("set", ["1", "1"])])
def test_attributes_of_files_may_tell_what_is_captured(kept, answer, told):
    kept.switch(cdc_attributes=answer)
    kept.policy("Kept", 1)
    attributes = dict(kept.sql('SELECT "_File-Name", "_File-Attributes" FROM PUB."_File" WHERE'
                               ' "_File-Name" IN (\'Kept\', \'CDC_Kept\')'))
    assert [attributes["Kept"] and attributes["Kept"][4],
            attributes["CDC_Kept"] and attributes["CDC_Kept"][5]] == told


@pytest.mark.parametrize("answer, active", [("active", [True, True, True]), ("inactive", [False, True, False])])
def test_the_tracking_tables_other_indexes_may_be_inactive(kept, session, answer, active):
    kept.switch(cdc_indexes=answer)
    assert [row[0] for row in session.query(
        'SELECT i."_Active" FROM PUB."_Index" i, PUB."_File" f WHERE i."_File-recid" = f.rowid'
        ' AND f."_File-Name" = \'_Cdc-Change-Tracking\' ORDER BY i."_Index-Name"')] == active
