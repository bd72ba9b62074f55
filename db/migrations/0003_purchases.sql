CREATE TABLE "mails" (
	"organization_id" integer NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"cause" text NOT NULL,
	"recipient" text NOT NULL,
	"subject" text NOT NULL,
	"plain_text" text NOT NULL,
	"html" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"last_error" text,
	CONSTRAINT "mail_is_one" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "mail_is_sent_once" UNIQUE("organization_id","cause","recipient")
);
--> statement-breakpoint
CREATE TABLE "payment_customers" (
	"organization_id" integer NOT NULL,
	"provider" text NOT NULL,
	"livemode" boolean NOT NULL,
	"request_id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"reference" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "one_customer_per_organization" PRIMARY KEY("organization_id","provider","livemode")
);
--> statement-breakpoint
CREATE TABLE "payment_sweeps" (
	"provider" text PRIMARY KEY NOT NULL,
	"listed_until" timestamp (3) with time zone NOT NULL,
	"leased_until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "purchase_reversals" (
	"organization_id" integer NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"purchase_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"reference" text,
	"amount_micros" bigint NOT NULL,
	"transfers" smallint DEFAULT 0 NOT NULL,
	"reason" text,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone,
	"next_check_at" timestamp (3) with time zone,
	CONSTRAINT "reversal_is_one" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "reversal_is_known_once" UNIQUE("organization_id","reference"),
	CONSTRAINT "reversal_moves_something" CHECK ("purchase_reversals"."amount_micros" > 0)
);
--> statement-breakpoint
CREATE TABLE "purchases" (
	"organization_id" integer NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "purchases_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"request" text NOT NULL,
	"provider" text NOT NULL,
	"livemode" boolean NOT NULL,
	"status" text NOT NULL,
	"currency" text NOT NULL,
	"visitor_blocks" integer NOT NULL,
	"visitors" integer NOT NULL,
	"visitors_net_micros" bigint NOT NULL,
	"balance_micros" bigint NOT NULL,
	"tax_name" text NOT NULL,
	"tax_basis_points" integer NOT NULL,
	"tax_micros" bigint NOT NULL,
	"total_micros" bigint NOT NULL,
	"charge_step_micros" bigint NOT NULL,
	"locale" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"customer_reference" text,
	"checkout_version" smallint DEFAULT 1 NOT NULL,
	"checkout_reference" text,
	"checkout_url" text,
	"checkout_expires_at" timestamp (3) with time zone,
	"next_check_at" timestamp (3) with time zone,
	"checks" integer DEFAULT 0 NOT NULL,
	"payment_reference" text,
	"payment_url" text,
	"method" text,
	"method_detail" text,
	"failure" text,
	"paid_at" timestamp (3) with time zone,
	"credited_at" timestamp (3) with time zone,
	"visitors_month" text,
	"refunded_micros" bigint DEFAULT 0 NOT NULL,
	"disputed_micros" bigint DEFAULT 0 NOT NULL,
	"balance_taken_micros" bigint DEFAULT 0 NOT NULL,
	"visitors_taken" integer DEFAULT 0 NOT NULL,
	"quarantined_at" timestamp (3) with time zone,
	"mismatches" jsonb,
	"note" text,
	CONSTRAINT "purchase_is_one" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "purchase_is_asked_for_once" UNIQUE("organization_id","request"),
	CONSTRAINT "purchase_number_is_unique" UNIQUE("organization_id","number"),
	CONSTRAINT "purchase_adds_up" CHECK ("purchases"."total_micros" = "purchases"."visitors_net_micros" + "purchases"."balance_micros" + "purchases"."tax_micros"),
	CONSTRAINT "purchase_buys_something" CHECK ("purchases"."visitors" >= 0 and "purchases"."balance_micros" >= 0 and "purchases"."tax_micros" >= 0 and ("purchases"."visitors" > 0 or "purchases"."balance_micros" > 0)),
	CONSTRAINT "purchase_is_credited_when_paid" CHECK (("purchases"."status" in ('paid', 'partly_refunded', 'refunded', 'disputed')) = ("purchases"."credited_at" is not null) and ("purchases"."credited_at" is null) = ("purchases"."paid_at" is null)),
	CONSTRAINT "purchase_takes_back_what_it_gave" CHECK ("purchases"."balance_taken_micros" between 0 and "purchases"."balance_micros" and "purchases"."visitors_taken" between 0 and "purchases"."visitors")
);
--> statement-breakpoint
CREATE TABLE "receipt_issuers" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "receipt_issuers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"address" text NOT NULL,
	"tax_id" text NOT NULL,
	"email" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "receipt_series" (
	"series" text NOT NULL,
	"year" smallint NOT NULL,
	"last_number" bigint NOT NULL,
	CONSTRAINT "receipt_series_is_one" PRIMARY KEY("series","year")
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"organization_id" integer NOT NULL,
	"purchase_id" uuid NOT NULL,
	"series" text NOT NULL,
	"year" smallint NOT NULL,
	"number" bigint NOT NULL,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"issuer_id" integer NOT NULL,
	"customer_name" text NOT NULL,
	"customer_tax_id" text,
	CONSTRAINT "one_receipt_per_purchase" PRIMARY KEY("organization_id","purchase_id"),
	CONSTRAINT "receipt_number_is_unique" UNIQUE("organization_id","series","year","number")
);
--> statement-breakpoint
CREATE TABLE "top_up_products" (
	"currency" text PRIMARY KEY NOT NULL,
	"visitors_per_block" integer NOT NULL,
	"block_price_micros" bigint NOT NULL,
	"block_presets" integer[] NOT NULL,
	"most_blocks" integer NOT NULL,
	"minimum_balance_micros" bigint NOT NULL,
	"largest_balance_micros" bigint NOT NULL,
	"balance_presets_micros" bigint[] NOT NULL,
	"tax_name" text NOT NULL,
	"tax_basis_points" integer NOT NULL,
	"charge_step_micros" bigint NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "top_up_products_can_be_bought" CHECK ("top_up_products"."visitors_per_block" > 0 and "top_up_products"."most_blocks" > 0 and "top_up_products"."block_price_micros" > 0 and "top_up_products"."minimum_balance_micros" > 0 and "top_up_products"."largest_balance_micros" >= "top_up_products"."minimum_balance_micros" and "top_up_products"."charge_step_micros" > 0),
	CONSTRAINT "tax_rate_is_a_rate" CHECK ("top_up_products"."tax_basis_points" between 0 and 10000)
);
--> statement-breakpoint
ALTER TABLE "ledgers" ADD COLUMN "open_disputes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "purchase_reversals" ADD CONSTRAINT "reversal_belongs_to_purchase" FOREIGN KEY ("organization_id","purchase_id") REFERENCES "public"."purchases"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purchases" ADD CONSTRAINT "purchase_belongs_to_organization" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_issuer_id_receipt_issuers_id_fk" FOREIGN KEY ("issuer_id") REFERENCES "public"."receipt_issuers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipt_belongs_to_purchase" FOREIGN KEY ("organization_id","purchase_id") REFERENCES "public"."purchases"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "mails_to_send" ON "mails" USING btree ("next_attempt_at") WHERE next_attempt_at is not null;--> statement-breakpoint
CREATE INDEX "reversals_of_purchase" ON "purchase_reversals" USING btree ("organization_id","purchase_id","created_at");--> statement-breakpoint
CREATE INDEX "reversals_to_check" ON "purchase_reversals" USING btree ("next_check_at") WHERE next_check_at is not null;--> statement-breakpoint
CREATE INDEX "purchases_by_creation" ON "purchases" USING btree ("organization_id","created_at","number");--> statement-breakpoint
CREATE INDEX "purchases_of_all_by_creation" ON "purchases" USING btree ("created_at","number");--> statement-breakpoint
CREATE INDEX "purchases_by_checkout" ON "purchases" USING btree ("checkout_reference");--> statement-breakpoint
CREATE INDEX "purchases_by_payment" ON "purchases" USING btree ("payment_reference");--> statement-breakpoint
CREATE INDEX "purchases_to_check" ON "purchases" USING btree ("next_check_at") WHERE next_check_at is not null;--> statement-breakpoint
CREATE INDEX "receipts_by_number" ON "receipts" USING btree ("series","year","number");--> statement-breakpoint

-- Receipts are proof: like the ledger they are only added to.
CREATE TRIGGER receipts_never_change BEFORE UPDATE OR DELETE ON receipts
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER receipts_never_vanish BEFORE TRUNCATE ON receipts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint

-- What every installation begins with; the vendor changes it in the back office.
INSERT INTO top_up_products (currency, visitors_per_block, block_price_micros, block_presets, most_blocks,
  minimum_balance_micros, largest_balance_micros, balance_presets_micros, tax_name, tax_basis_points, charge_step_micros)
VALUES ('IDR', 500, 300000000000, '{1,2,4,10}', 1000, 1000000000000, 5000000000000000,
  '{1000000000000,2500000000000,5000000000000,10000000000000}', 'PPN', 1100, 1000000);
--> statement-breakpoint
INSERT INTO receipt_issuers (name, address, tax_id, email) VALUES ('Kuota', 'Jakarta, Indonesia', '', '');
--> statement-breakpoint
SELECT secure_tables();
