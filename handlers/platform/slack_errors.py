"""What an error of Slack is about."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, auto

import aiohttp
from slack_sdk.errors import SlackApiError

LONGEST_WAIT_DIGITS = 9
"""Of a wait in seconds; a timedelta overflows on more."""


class Meaning(Enum):
    """What an error is about, and so what to do.

    `LATER`: Slack is away or busy. `NOBODY`: this person cannot be reached. `LOCKED_OUT`: nobody can be reached, since
    Slack refuses the token, the app's rights or the way that it is called. `REFUSED`: what is in the message or view,
    which Slack never takes as it is. `GONE`: the earlier message cannot be changed. `MOVED_ON`: the screen changed or
    closed meanwhile. `FILE`: a file. `DOUBTFUL`: an unknown error, which may be any of these: give up after a while.
    """

    LATER = auto()
    NOBODY = auto()
    LOCKED_OUT = auto()
    REFUSED = auto()
    GONE = auto()
    MOVED_ON = auto()
    FILE = auto()
    DOUBTFUL = auto()


CODES: Mapping[Meaning, frozenset[str]] = {
    meaning: frozenset(codes.split())
    for meaning, codes in {
        Meaning.LATER: """
            external_channel_migrating fatal_error internal_error message_limit_exceeded rate_limited ratelimited
            request_timeout service_unavailable streaming_state_conflict team_added_to_org too_many_users update_failed
        """,
        Meaning.NOBODY: """
            app_access_restricted cannot_dm_bot channel_not_found invalid_channel is_archived not_in_channel
            posting_to_channel_denied restricted_action_non_threadable_channel restricted_action_read_only_channel
            restricted_action_thread_locked restricted_action_thread_only_channel user_disabled user_not_found
            user_not_visible users_not_found
        """,
        Meaning.LOCKED_OUT: """
            access_denied accesslimited account_inactive as_user_not_supported bad_client_secret bad_redirect_uri
            bot_not_found bots_not_found cannot_install_an_org_installed_app deprecated_endpoint ekm_access_denied
            enterprise_is_restricted forbidden_team insecure_request invalid_arg_name invalid_array_arg invalid_auth
            invalid_charset invalid_client_id invalid_code invalid_code_verifier invalid_form_data invalid_grant_type
            invalid_json invalid_post_type invalid_refresh_token is_bot json_not_object messages_tab_disabled
            method_deprecated missing_args missing_post_type missing_profile_id missing_scope no_permission no_scopes
            not_allowed_token_type not_authed not_enabled not_implemented oauth_authorization_url_mismatch
            org_login_required pkce_not_allowed preview_feature_not_available restricted_action
            send_on_behalf_not_allowed team_access_not_granted team_not_found token_expired token_revoked
            two_factor_setup_required unknown_method upgrade_required user_email_unverified
        """,
        Meaning.REFUSED: """
            attachment_payload_limit_exceeded block_mismatch cannot_reply_to_message cant_broadcast_message
            draft_already_deleted draft_already_sent draft_has_conflict draft_not_found duplicate_channel_not_found
            duplicate_external_id duplicate_message_not_found invalid_arguments invalid_attachments invalid_blocks
            invalid_blocks_format invalid_message invalid_metadata_format invalid_metadata_schema invalid_view
            markdown_text_conflict metadata_must_be_sent_from_app metadata_too_large missing_argument
            msg_blocks_too_long msg_too_long no_dual_broadcast_content_update no_text too_many_attachments
            too_many_contact_cards view_too_large
        """,
        Meaning.GONE: """
            cant_delete_message cant_update_message compliance_exports_prevent_deletion edit_window_closed is_inactive
            message_not_found
        """,
        Meaning.MOVED_ON: """
            exchanged_trigger_id expired_trigger_id hash_conflict invalid_trigger_id not_found push_limit_reached
        """,
        Meaning.FILE: """
            alt_txt_too_large blocked_file_type cant_delete_file channels_limit_exceeded delete_not_allowed
            file_deleted file_deleting_disabled file_is_deleted file_not_found file_share_limit_reached
            file_type_not_allowed file_update_failed file_upload_size_restricted file_uploads_disabled
            file_uploads_except_images_disabled max_file_sharing_exceeded missing_file_data
            slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked
            slack_connect_file_link_sharing_blocked slack_connect_file_upload_sharing_blocked
            slack_connect_lists_sharing_blocked snippet_too_large storage_limit_reached unable_to_share_files
            unknown_snippet_type unknown_subtype
        """,
    }.items()
}
"""All errors that Slack documents for the methods that the program calls, and some that it does not."""
SECOND_CLICK = frozenset({"exchanged_trigger_id", "hash_conflict", "not_found", "push_limit_reached"})
"""What a second click gets when the first one changed the screen, or closed it."""
SERVER_ERRORS, TOO_MANY = 500, 429
NOT_SLACKS = "http_"
"""How the code of an answer begins that has none of Slack's: of a proxy, or of a server in between."""

_POINTS_AT_USER = "[json-pointer:/user_id]"
"""With this in an `invalid_arguments` Slack refuses the person, not the content."""


def code_of(error: SlackApiError) -> str:
    """Return the error code of Slack, or the HTTP status: what else is in an answer is perhaps not Slack's."""
    data = error.response.data if isinstance(error.response.data, dict) else {}
    code = str(data.get("error", ""))
    return code[:60] if re.fullmatch(r"\w+", code, re.ASCII) else f"{NOT_SLACKS}{error.response.status_code}"


def meaning_of(error: SlackApiError) -> Meaning:
    """Return what this error is about."""
    code, status = code_of(error), error.response.status_code
    if _POINTS_AT_USER in str(error.response.data):
        return Meaning.NOBODY
    if known := next((meaning for meaning, codes in CODES.items() if code in codes), None):
        return known
    is_away = status >= SERVER_ERRORS or status == TOO_MANY or code.startswith(NOT_SLACKS)
    return Meaning.LATER if is_away else Meaning.DOUBTFUL


def screen_refusal(answer: str) -> str:
    """Return the code with which this answer refuses what is on a screen; empty if it does not."""
    if '"error"' not in answer:  # nearly always; a whole view comes back with it
        return ""
    try:
        said = json.loads(answer)
    except ValueError:
        return ""
    code = str(said.get("error", "")) if isinstance(said, dict) else ""
    is_of_view = code != "invalid_arguments" or "/view" in answer  # else it is about a person, as one who left
    return code if code in CODES[Meaning.REFUSED] and is_of_view else ""


def will_pass(error: Exception) -> bool:
    """Tell whether this is only that Slack is away or busy."""
    if isinstance(error, SlackApiError):
        return meaning_of(error) is Meaning.LATER
    return isinstance(error, (aiohttp.ClientError, TimeoutError))


def retry_after(error: SlackApiError, longest: timedelta) -> timedelta | None:
    """How long Slack asks to wait, but at most `longest`: a wrong answer must block nobody for days."""
    headers = error.response.headers
    wait = str(headers.get("Retry-After", headers.get("retry-after", "")))
    if not wait.isdecimal():
        return None
    return min(timedelta(seconds=int(wait[:LONGEST_WAIT_DIGITS])), longest)
