"""What this version does with a table that is already mirrored: nothing, and it says so."""


def test_a_table_that_is_already_mirrored_is_left_alone_named_and_makes_status_1(
        mirror, pg, make_sample):
    mirror.sqlite(make_sample(1_000)).run_well()
    before = pg.query("SELECT relname, pg_relation_filenode(oid) FROM pg_class WHERE relnamespace ="
                      " 'mirror'::regnamespace ORDER BY 1")
    result = mirror.run()
    assert result.status == 1, result.explain()
    assert any("Order-Line" in line or "order_line" in line for line in result.log_lines("ERROR")
               + result.log_lines("WARNING")), result.explain()
    assert before == pg.query("SELECT relname, pg_relation_filenode(oid) FROM pg_class WHERE"
                              " relnamespace = 'mirror'::regnamespace ORDER BY 1")
