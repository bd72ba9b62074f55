/** Inside of the organization's layout, so that the bar stays: one may go elsewhere, switch or log out. */
export { default } from "@/app/forbidden";
