/** A cheap test for the lines of a vended execution log, which are many where it is of level INFO. */

/**
 * Whether a text is a vended record of one line of an execution log and certainly nothing else: as AWS writes it, with the payload last. A
 * client can write into the payload, but no key. False where a closer look is needed, also for other orders of the fields.
 */
export function isVendedLine(message: string): boolean {
  return VENDED_LINE.test(message);
}

/** No value can be taken for a field of an access record, and a payload with other escapes may say what only a reader of JSON finds. */
const VENDED_LINE =
  /^\{(?:"resource_arn":"arn:[\w:/.$-]{1,400}",|"event_timestamp":\d{10,16},|"api_id":"[A-Za-z0-9]{1,64}",|"stage":"[\w$-]{1,128}",|"resource_path":"[^"\\]{0,1024}",|"http_method":"[A-Z]{0,16}",){1,6}"payload":"\([\w-]{1,128}\) (?:[^"\\]|\\["\\/bfnrt]){0,4096}"\}$/;
