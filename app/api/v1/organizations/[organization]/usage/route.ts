import { z } from "zod";
import { otherMethods } from "@/app/api/methods";
import { organizationOf } from "@/lib/organizations/organizations";
import { usageByDay } from "@/lib/reports/usage/usage";
import { dayInput } from "@/lib/time/input";
import { answer, authorizeFor, readQuery } from "../../../door";
import { usageDayView } from "../../../views";

type Context = { params: Promise<{ organization: string }> };

const range = z.object({ from: dayInput, to: dayInput });

/** Units and money per day of the organization's zone, days without usage as zeros (M3). */
export async function GET(request: Request, context: Context): Promise<Response> {
  return answer(request, "/api/v1/organizations/{organization}/usage", async () => {
    const scope = await authorizeFor(request, (await context.params).organization, "usage:read");
    const asked = readQuery(request, range);
    const [{ timeZone }, days] = await Promise.all([organizationOf(scope), usageByDay(scope, asked)]);
    return Response.json({ time_zone: timeZone, days: days.map(usageDayView) });
  });
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("GET");
