/** Whoever shortens an address of the report by hand finds the report. */
export { default } from "../page";
