-- What the schema language cannot say: partitions, rows that may not change, and the second wall between tenants.

-- Monthly partitions of messages (UTC months). Rows outside all of them land in the default partition.
CREATE FUNCTION ensure_message_partitions(first_month date, last_month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month_start date := date_trunc('month', first_month)::date;
  partition_name text;
BEGIN
  WHILE month_start <= last_month LOOP
    partition_name := 'messages_' || to_char(month_start, 'YYYY_MM');
    IF to_regclass(partition_name) IS NULL THEN
      EXECUTE format(
        'CREATE TABLE %I PARTITION OF messages FOR VALUES FROM (%L) TO (%L)',
        partition_name,
        month_start::text || ' 00:00:00+00',
        (month_start + interval '1 month')::date::text || ' 00:00:00+00'
      );
    END IF;
    month_start := (month_start + interval '1 month')::date;
  END LOOP;
END $$;
--> statement-breakpoint
CREATE TABLE messages_default PARTITION OF messages DEFAULT;
--> statement-breakpoint
SELECT ensure_message_partitions(DATE '2023-06-01', (now() + interval '12 months')::date);
--> statement-breakpoint

-- The ledger and the audit log are append-only.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_transfers_never_change BEFORE UPDATE OR DELETE ON ledger_transfers
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER ledger_transfers_never_vanish BEFORE TRUNCATE ON ledger_transfers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_log_never_changes BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_log_never_vanishes BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint

-- Counters that every batch updates stay on their page.
ALTER TABLE ledgers SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE ledger_accounts SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE month_quotas SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE daily_usage SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE daily_usage_details SET (fillfactor = 70);
--> statement-breakpoint

-- The second wall: queries run as kuota_app and see only the organization named by the transaction, or, where the
-- work itself spans organizations, all of them because the transaction says so. Who forgets sees nothing.
DO $$
BEGIN
  CREATE ROLE kuota_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;
END $$;
--> statement-breakpoint
DO $$
BEGIN
  -- From PostgreSQL 16 on, whoever creates a role is a member of it, but may not yet become it.
  IF current_setting('server_version_num')::integer >= 160000 THEN
    IF NOT pg_has_role(current_user, 'kuota_app', 'SET') THEN
      EXECUTE format('GRANT kuota_app TO %I', current_user);
    END IF;
  ELSIF NOT pg_has_role(current_user, 'kuota_app', 'MEMBER') THEN
    EXECUTE format('GRANT kuota_app TO %I', current_user);
  END IF;
END $$;
--> statement-breakpoint
CREATE FUNCTION secure_tables() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  tenant_table regclass;
BEGIN
  GRANT USAGE ON SCHEMA public TO kuota_app;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kuota_app;
  GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO kuota_app;
  REVOKE UPDATE, DELETE ON ledger_transfers, audit_log FROM kuota_app;
  FOR tenant_table IN
    SELECT c.oid::regclass
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
      AND c.relname NOT IN ('api_keys', 'business_numbers', 'memberships', 'invitations')
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
      'CREATE POLICY tenant_wall ON %s USING (
         organization_id = (SELECT nullif(current_setting(''kuota.organization'', true), '''')::integer)
         OR (SELECT current_setting(''kuota.all_organizations'', true)) = ''yes'')',
      tenant_table
    );
  END LOOP;
END $$;
--> statement-breakpoint
SELECT secure_tables();
