CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" integer,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"key_hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_key_hash_is_unique" UNIQUE("key_hash")
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"organization_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"address" text,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"reason" text,
	"before" jsonb,
	"after" jsonb,
	CONSTRAINT "audit_entry_is_one" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "installation_facts" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"organization_id" integer NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"token_hash" text NOT NULL,
	"invited_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"accepted_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "invitation_is_one" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"organization_id" integer NOT NULL,
	"user_id" integer NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "one_membership_per_user" PRIMARY KEY("organization_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"user_agent" text
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "users_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text,
	"locale" text,
	"staff_role" text,
	"locked_at" timestamp (3) with time zone,
	"totp_secret" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_email_is_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "hold_lines" (
	"organization_id" integer NOT NULL,
	"hold_id" text NOT NULL,
	"line" smallint NOT NULL,
	"market" text NOT NULL,
	"category" text NOT NULL,
	"quantity" integer NOT NULL,
	"remaining_quantity" integer NOT NULL,
	"unit_price_micros" bigint NOT NULL,
	CONSTRAINT "hold_line_is_numbered" PRIMARY KEY("organization_id","hold_id","line"),
	CONSTRAINT "hold_line_has_what_it_gives" CHECK ("hold_lines"."remaining_quantity" between 0 and "hold_lines"."quantity")
);
--> statement-breakpoint
CREATE TABLE "holds" (
	"organization_id" integer NOT NULL,
	"id" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"request_hash" text NOT NULL,
	"amount_micros" bigint NOT NULL,
	"remaining_micros" bigint NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"available_after_micros" bigint NOT NULL,
	CONSTRAINT "hold_is_one" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "hold_is_placed_once" UNIQUE("organization_id","idempotency_key"),
	CONSTRAINT "hold_reserves_what_it_has" CHECK ("holds"."remaining_micros" >= 0 and "holds"."remaining_micros" <= "holds"."amount_micros")
);
--> statement-breakpoint
CREATE TABLE "idempotent_requests" (
	"organization_id" integer NOT NULL,
	"operation" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"request_hash" text NOT NULL,
	"response" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "request_answered_once" PRIMARY KEY("organization_id","operation","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "ledger_accounts" (
	"organization_id" integer NOT NULL,
	"account" text NOT NULL,
	"balance_micros" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "one_balance_per_account" PRIMARY KEY("organization_id","account"),
	CONSTRAINT "initial_is_never_negative" CHECK ("ledger_accounts"."account" <> 'initial' or "ledger_accounts"."balance_micros" >= 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_transfers" (
	"organization_id" integer NOT NULL,
	"id" bigint NOT NULL,
	"kind" text NOT NULL,
	"from_account" text NOT NULL,
	"to_account" text NOT NULL,
	"amount_micros" bigint NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"booked_at" timestamp (3) with time zone NOT NULL,
	"cause" text NOT NULL,
	"line" smallint NOT NULL,
	"initial_after_micros" bigint NOT NULL,
	"additional_after_micros" bigint NOT NULL,
	"reason" text,
	CONSTRAINT "ledger_transfer_is_numbered" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "cause_posts_once" UNIQUE("organization_id","cause","line"),
	CONSTRAINT "transfer_moves_something" CHECK ("ledger_transfers"."amount_micros" > 0),
	CONSTRAINT "transfer_changes_account" CHECK ("ledger_transfers"."from_account" <> "ledger_transfers"."to_account")
);
--> statement-breakpoint
CREATE TABLE "ledgers" (
	"organization_id" integer PRIMARY KEY NOT NULL,
	"opened_month" text,
	"next_transfer_id" bigint DEFAULT 1 NOT NULL,
	"next_message_id" bigint DEFAULT 1 NOT NULL,
	"next_posting" bigint DEFAULT 1 NOT NULL,
	"on_hold_micros" bigint DEFAULT 0 NOT NULL,
	"next_hold_expiry" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "broadcasts" (
	"organization_id" integer NOT NULL,
	"broadcast_id" text NOT NULL,
	"name" text NOT NULL,
	"template" text,
	"category" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	"recipients" bigint NOT NULL,
	"sent" bigint NOT NULL,
	"delivered" bigint NOT NULL,
	"read" bigint NOT NULL,
	"failed" bigint NOT NULL,
	"amount_micros" bigint NOT NULL,
	CONSTRAINT "broadcast_is_one" PRIMARY KEY("organization_id","broadcast_id")
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"organization_id" integer NOT NULL,
	"business_number" text NOT NULL,
	"contact" text NOT NULL,
	"category" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"opened_by" bigint NOT NULL,
	CONSTRAINT "conversation_opens_once" PRIMARY KEY("organization_id","business_number","contact","category","opened_at")
);
--> statement-breakpoint
CREATE TABLE "daily_usage" (
	"organization_id" integer NOT NULL,
	"day" date NOT NULL,
	"service" bigint DEFAULT 0 NOT NULL,
	"marketing" bigint DEFAULT 0 NOT NULL,
	"utility" bigint DEFAULT 0 NOT NULL,
	"authentication" bigint DEFAULT 0 NOT NULL,
	"authentication_international" bigint DEFAULT 0 NOT NULL,
	"group" bigint DEFAULT 0 NOT NULL,
	"other" bigint DEFAULT 0 NOT NULL,
	"unique_visitors" bigint DEFAULT 0 NOT NULL,
	"amount_micros" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "daily_usage_is_one" PRIMARY KEY("organization_id","day")
);
--> statement-breakpoint
CREATE TABLE "daily_usage_details" (
	"organization_id" integer NOT NULL,
	"day" date NOT NULL,
	"category" text NOT NULL,
	"market" text NOT NULL,
	"paid_from" text NOT NULL,
	"uses" bigint DEFAULT 0 NOT NULL,
	"units" bigint DEFAULT 0 NOT NULL,
	"quota_units" bigint DEFAULT 0 NOT NULL,
	"amount_micros" bigint DEFAULT 0 NOT NULL,
	"initial_micros" bigint DEFAULT 0 NOT NULL,
	"additional_micros" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "daily_usage_detail_is_one" PRIMARY KEY("organization_id","day","category","market","paid_from")
);
--> statement-breakpoint
CREATE TABLE "daily_visitors" (
	"organization_id" integer NOT NULL,
	"day" date NOT NULL,
	"channel" text NOT NULL,
	"visitors" bigint NOT NULL,
	CONSTRAINT "daily_visitors_is_one" PRIMARY KEY("organization_id","day","channel")
);
--> statement-breakpoint
CREATE TABLE "entry_points" (
	"organization_id" integer NOT NULL,
	"business_number" text NOT NULL,
	"contact" text NOT NULL,
	"entered_at" timestamp (3) with time zone NOT NULL,
	"answers" timestamp (3) with time zone[] DEFAULT '{}' NOT NULL,
	"said_expiry" timestamp (3) with time zone,
	CONSTRAINT "entry_point_is_one" PRIMARY KEY("organization_id","business_number","contact","entered_at")
);
--> statement-breakpoint
CREATE TABLE "event_keys" (
	"organization_id" integer NOT NULL,
	"source" text NOT NULL,
	"event_id" text NOT NULL,
	CONSTRAINT "event_accepted_once" PRIMARY KEY("organization_id","source","event_id")
);
--> statement-breakpoint
CREATE TABLE "inbound_times" (
	"organization_id" integer NOT NULL,
	"business_number" text NOT NULL,
	"peer" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "inbound_time_is_one" PRIMARY KEY("organization_id","business_number","peer","occurred_at")
);
--> statement-breakpoint
CREATE TABLE "message_keys" (
	"organization_id" integer NOT NULL,
	"message_id" text NOT NULL,
	"contact" text NOT NULL,
	"id" bigint NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "message_charged_once" PRIMARY KEY("organization_id","message_id","contact")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"organization_id" integer NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"id" bigint NOT NULL,
	"booked_at" timestamp (3) with time zone,
	"message_id" text NOT NULL,
	"channel" text NOT NULL,
	"business_number" text NOT NULL,
	"contact" text NOT NULL,
	"group_id" text,
	"broadcast_id" text,
	"template" text,
	"hold_id" text,
	"hold_freed" boolean DEFAULT false NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone,
	"read_at" timestamp (3) with time zone,
	"failed_at" timestamp (3) with time zone,
	"error_code" text,
	"error_title" text,
	"category_sent" text,
	"category_sent_at" timestamp (3) with time zone,
	"category_billed" text,
	"category_billed_at" timestamp (3) with time zone,
	"pricing_type" text,
	"pricing_type_at" timestamp (3) with time zone,
	"conversation_id" text,
	"conversation_expires_at" timestamp (3) with time zone,
	"category" text,
	"market" text,
	"unit" text,
	"units" smallint DEFAULT 0 NOT NULL,
	"price_version_id" integer,
	"unit_price_micros" bigint,
	"amount_micros" bigint DEFAULT 0 NOT NULL,
	"paid_from" text NOT NULL,
	"paid_initial_micros" bigint DEFAULT 0 NOT NULL,
	"paid_additional_micros" bigint DEFAULT 0 NOT NULL,
	"free_reason" text,
	"posting" bigint,
	"initial_after_micros" bigint,
	"additional_after_micros" bigint,
	"basis" jsonb,
	CONSTRAINT "message_is_numbered" PRIMARY KEY("organization_id","occurred_at","id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "unique_visitors" (
	"organization_id" integer NOT NULL,
	"month" text NOT NULL,
	"channel" text NOT NULL,
	"contact" text NOT NULL,
	"ordinal" integer NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "visitor_counted_once" PRIMARY KEY("organization_id","month","channel","contact")
);
--> statement-breakpoint
CREATE TABLE "webhook_bodies" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhook_bodies_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"body_hash" text NOT NULL,
	"body" text NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"processed_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"reason" text,
	"waits_for" text
);
--> statement-breakpoint
CREATE TABLE "business_numbers" (
	"phone_number_id" text PRIMARY KEY NOT NULL,
	"organization_id" integer NOT NULL,
	"display_phone_number" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "month_quotas" (
	"organization_id" integer NOT NULL,
	"month" text NOT NULL,
	"opened_at" timestamp (3) with time zone,
	"package_id" integer,
	"seats" integer DEFAULT 0 NOT NULL,
	"visitors_package" integer DEFAULT 0 NOT NULL,
	"visitors_top_up" integer DEFAULT 0 NOT NULL,
	"visitors_used" integer DEFAULT 0 NOT NULL,
	"conversations_package" integer,
	"conversations_used" integer DEFAULT 0 NOT NULL,
	"initial_granted_micros" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "month_opens_once" PRIMARY KEY("organization_id","month"),
	CONSTRAINT "quota_use_is_not_negative" CHECK ("month_quotas"."visitors_used" >= 0 and "month_quotas"."conversations_used" >= 0 and "month_quotas"."visitors_top_up" >= 0)
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "organizations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"time_zone" text DEFAULT 'Asia/Jakarta' NOT NULL,
	"currency" text DEFAULT 'IDR' NOT NULL,
	"mode" text DEFAULT 'live' NOT NULL,
	"clock" timestamp (3) with time zone,
	"starts_on" text NOT NULL,
	"authentication_international" boolean DEFAULT false NOT NULL,
	"suspended_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organization_slug_is_unique" UNIQUE("slug"),
	CONSTRAINT "only_test_organizations_have_a_clock" CHECK (("organizations"."mode" = 'test') = ("organizations"."clock" is not null))
);
--> statement-breakpoint
CREATE TABLE "package_assignments" (
	"organization_id" integer NOT NULL,
	"from_month" text NOT NULL,
	"package_id" integer NOT NULL,
	"seats" integer,
	"unique_visitors" integer,
	"conversations" integer,
	"initial_balance_micros" bigint,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "one_package_per_month" PRIMARY KEY("organization_id","from_month")
);
--> statement-breakpoint
CREATE TABLE "packages" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "packages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"seats" integer NOT NULL,
	"unique_visitors" integer NOT NULL,
	"conversations" integer,
	"initial_balance_micros" bigint NOT NULL,
	"currency" text NOT NULL,
	"initial_carries_over" boolean DEFAULT false NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "package_slug_is_unique" UNIQUE("slug"),
	CONSTRAINT "package_grants_are_not_negative" CHECK ("packages"."seats" >= 0 and "packages"."unique_visitors" >= 0 and coalesce("packages"."conversations", 0) >= 0 and "packages"."initial_balance_micros" >= 0)
);
--> statement-breakpoint
CREATE TABLE "price_book_assignments" (
	"organization_id" integer NOT NULL,
	"from_day" date NOT NULL,
	"price_book_id" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "one_price_book_per_day" PRIMARY KEY("organization_id","from_day")
);
--> statement-breakpoint
CREATE TABLE "usage_counters" (
	"organization_id" integer NOT NULL,
	"month" text NOT NULL,
	"counter" text NOT NULL,
	"units" bigint NOT NULL,
	CONSTRAINT "usage_counter_is_one" PRIMARY KEY("organization_id","month","counter"),
	CONSTRAINT "usage_counter_is_not_negative" CHECK ("usage_counters"."units" >= 0)
);
--> statement-breakpoint
CREATE TABLE "market_prefixes" (
	"calling_prefix" text NOT NULL,
	"effective_from" date NOT NULL,
	"country" text NOT NULL,
	"market" text NOT NULL,
	CONSTRAINT "one_market_per_prefix_and_day" PRIMARY KEY("calling_prefix","effective_from")
);
--> statement-breakpoint
CREATE TABLE "price_books" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "price_books_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"currency" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "price_book_slug_is_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "price_versions" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "price_versions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"price_book_id" integer NOT NULL,
	"effective_from" date NOT NULL,
	"scheme" jsonb NOT NULL,
	"used" boolean DEFAULT false NOT NULL,
	"published_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "one_version_per_day" UNIQUE("price_book_id","effective_from")
);
--> statement-breakpoint
CREATE TABLE "prices" (
	"price_version_id" integer NOT NULL,
	"market" text NOT NULL,
	"category" text NOT NULL,
	"unit_price_micros" bigint NOT NULL,
	"tiers" jsonb,
	CONSTRAINT "one_price_per_market_and_category" PRIMARY KEY("price_version_id","market","category"),
	CONSTRAINT "price_is_not_negative" CHECK ("prices"."unit_price_micros" >= 0)
);
--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "package_assignments" ADD CONSTRAINT "package_assignments_package_id_packages_id_fk" FOREIGN KEY ("package_id") REFERENCES "public"."packages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "package_assignments" ADD CONSTRAINT "package_assignment_belongs_to_organization" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_versions" ADD CONSTRAINT "price_versions_price_book_id_price_books_id_fk" FOREIGN KEY ("price_book_id") REFERENCES "public"."price_books"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prices" ADD CONSTRAINT "prices_price_version_id_price_versions_id_fk" FOREIGN KEY ("price_version_id") REFERENCES "public"."price_versions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_of_organization" ON "api_keys" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "audit_log_by_time" ON "audit_log" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "invitations_by_token" ON "invitations" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "memberships_of_user" ON "memberships" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_of_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "open_holds_by_expiry" ON "holds" USING btree ("organization_id","expires_at") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "holds_by_creation" ON "holds" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "ledger_transfers_by_booking" ON "ledger_transfers" USING btree ("organization_id","booked_at","id");--> statement-breakpoint
CREATE INDEX "broadcasts_by_start" ON "broadcasts" USING btree ("organization_id","started_at","broadcast_id");--> statement-breakpoint
CREATE INDEX "messages_of_broadcast" ON "messages" USING btree ("organization_id","broadcast_id","occurred_at","id") WHERE broadcast_id is not null;--> statement-breakpoint
CREATE INDEX "messages_without_a_price" ON "messages" USING btree ("organization_id","occurred_at","id") WHERE paid_from = 'unpriced';--> statement-breakpoint
CREATE INDEX "unique_visitors_by_time" ON "unique_visitors" USING btree ("organization_id","first_seen_at","month","ordinal");--> statement-breakpoint
CREATE INDEX "webhook_bodies_to_process" ON "webhook_bodies" USING btree ("next_attempt_at","id") WHERE processed_at is null;--> statement-breakpoint
CREATE INDEX "webhook_bodies_by_hash" ON "webhook_bodies" USING btree ("body_hash");--> statement-breakpoint
CREATE INDEX "webhook_bodies_waiting_for" ON "webhook_bodies" USING btree ("waits_for","id") WHERE processed_at is null;--> statement-breakpoint
CREATE INDEX "business_numbers_of_organization" ON "business_numbers" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "organizations_of_price_book" ON "price_book_assignments" USING btree ("price_book_id");