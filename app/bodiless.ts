/**
 * Next answers HEAD by what answers GET. Nobody will read that body: whatever feeds it is told so, or it would keep what it
 * holds (a database connection, a place in the line of downloads).
 */
export async function bodiless(request: Request, response: Response): Promise<Response> {
  if (request.method !== "HEAD" || !response.body) return response;
  await response.body.cancel();
  return new Response(null, response);
}
