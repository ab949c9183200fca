-- Each write of an event asks whether the reader waits to be woken. A condition of the trigger costs a fifth of the
-- trigger's function; pg_sequence_last_value() is NULL exactly while is_called is false.
CREATE OR REPLACE TRIGGER outbox_rings AFTER INSERT ON outbox FOR EACH STATEMENT
    WHEN (pg_sequence_last_value('outbox_bell') IS NULL) EXECUTE FUNCTION ring_outbox_bell();
