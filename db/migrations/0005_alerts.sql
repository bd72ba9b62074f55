CREATE TABLE "alert_settings" (
	"organization_id" integer PRIMARY KEY NOT NULL,
	"low_percent" smallint NOT NULL,
	"low_amount_micros" bigint,
	"mail_types" text[] NOT NULL,
	"member_ids" integer[] NOT NULL,
	"addresses" text[] NOT NULL,
	"locale" text NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "low_share_is_a_share" CHECK ("alert_settings"."low_percent" between 0 and 100),
	CONSTRAINT "low_amount_is_positive" CHECK ("alert_settings"."low_amount_micros" > 0)
);
--> statement-breakpoint
CREATE TABLE "alert_watches" (
	"organization_id" integer PRIMARY KEY NOT NULL,
	"seen_version" bigint NOT NULL,
	"balance" text NOT NULL,
	"unique_visitors" text NOT NULL,
	"conversations" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "occurrences" (
	"organization_id" integer NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"type" text NOT NULL,
	"cause" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"data" json NOT NULL,
	"told_at" timestamp (3) with time zone,
	CONSTRAINT "occurrence_is_one" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "occurrence_is_recorded_once" UNIQUE("organization_id","type","cause")
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"organization_id" integer NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "webhook_deliveries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"endpoint_id" uuid NOT NULL,
	"occurrence_id" uuid NOT NULL,
	"state" text NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"last_attempt_at" timestamp (3) with time zone,
	"last_status" smallint,
	"last_failure" text,
	"last_milliseconds" integer,
	CONSTRAINT "webhook_delivery_is_one" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "occurrence_is_delivered_once" UNIQUE("organization_id","occurrence_id","endpoint_id"),
	CONSTRAINT "waiting_delivery_has_a_time" CHECK (("webhook_deliveries"."state" = 'waiting') = ("webhook_deliveries"."next_attempt_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "webhook_endpoints" (
	"organization_id" integer NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"url" text NOT NULL,
	"types" text[] NOT NULL,
	"sealed_secret" text NOT NULL,
	"sealed_former_secret" text,
	"former_secret_until" timestamp (3) with time zone,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"disabled_because" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_endpoint_is_one" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "webhook_endpoint_address_is_unique" UNIQUE("organization_id","url"),
	CONSTRAINT "disabled_endpoint_says_why" CHECK ("webhook_endpoints"."is_enabled" = ("webhook_endpoints"."disabled_because" is null))
);
--> statement-breakpoint
ALTER TABLE "ledgers" ADD COLUMN "version" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "ledgers" ADD COLUMN "hold_refused_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_delivery_belongs_to_endpoint" FOREIGN KEY ("organization_id","endpoint_id") REFERENCES "public"."webhook_endpoints"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_delivery_tells_of_occurrence" FOREIGN KEY ("organization_id","occurrence_id") REFERENCES "public"."occurrences"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "occurrences_to_tell" ON "occurrences" USING btree ("recorded_at") WHERE told_at is null;--> statement-breakpoint
CREATE INDEX "occurrences_by_recording" ON "occurrences" USING btree ("recorded_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_to_send" ON "webhook_deliveries" USING btree ("next_attempt_at") WHERE next_attempt_at is not null;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_endpoint" ON "webhook_deliveries" USING btree ("organization_id","endpoint_id","id");