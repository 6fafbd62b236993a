"""The errors that Slack documents for each method that the program calls.

They are those of docs.slack.dev (August 2026), and of Slack's own OpenAPI document (slackapi/slack-api-specs) beside.
"""

from __future__ import annotations

COMMON = """
    access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied enterprise_is_restricted
    fatal_error invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_json invalid_post_type
    is_bot json_not_object method_deprecated missing_post_type missing_scope no_permission not_allowed_token_type
    not_authed org_login_required ratelimited request_timeout service_unavailable team_added_to_org token_expired
    token_revoked two_factor_setup_required unknown_method upgrade_required
"""
"""Of every method."""
OF_ONE = {
    "chat.postMessage": """
        app_access_restricted as_user_not_supported attachment_payload_limit_exceeded
        cannot_reply_to_message channel_not_found draft_already_deleted draft_already_sent
        draft_has_conflict draft_not_found duplicate_channel_not_found duplicate_message_not_found
        invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema is_archived
        markdown_text_conflict message_limit_exceeded messages_tab_disabled metadata_must_be_sent_from_app
        metadata_too_large missing_file_data msg_blocks_too_long no_text not_in_channel rate_limited
        restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel
        restricted_action_thread_locked restricted_action_thread_only_channel send_on_behalf_not_allowed
        slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_lists_sharing_blocked team_not_found too_many_attachments too_many_contact_cards
    """,
    "chat.update": """
        as_user_not_supported block_mismatch blocked_file_type cant_broadcast_message cant_update_message
        channel_not_found edit_window_closed external_channel_migrating file_deleted file_is_deleted
        file_not_found file_share_limit_reached invalid_attachments invalid_blocks invalid_blocks_format
        invalid_metadata_format invalid_metadata_schema is_inactive markdown_text_conflict
        max_file_sharing_exceeded message_limit_exceeded message_not_found metadata_must_be_sent_from_app
        metadata_too_large msg_too_long no_dual_broadcast_content_update no_text posting_to_channel_denied
        slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked
        slack_connect_clip_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_file_upload_sharing_blocked streaming_state_conflict team_not_found
        too_many_attachments unable_to_share_files update_failed
    """,
    "chat.delete": "cant_delete_message channel_not_found compliance_exports_prevent_deletion message_not_found",
    "views.open": """
        duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large
    """,
    "views.push": """
        duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id not_found
        push_limit_reached view_too_large
    """,
    "views.update": "duplicate_external_id hash_conflict not_found view_too_large",
    "views.publish": """
        duplicate_external_id hash_conflict missing_profile_id not_enabled not_implemented view_too_large
    """,
    "users.info": "too_many_users user_not_found user_not_visible",
    "auth.test": "internal_error invalid_auth",
    "api.test": "",
    "bots.info": "bot_not_found bots_not_found missing_argument team_not_found",
    "files.getUploadURLExternal": """
        alt_txt_too_large file_type_not_allowed file_upload_size_restricted file_uploads_disabled
        file_uploads_except_images_disabled missing_argument snippet_too_large storage_limit_reached
        unknown_snippet_type unknown_subtype
    """,
    "files.completeUploadExternal": """
        channel_not_found channels_limit_exceeded file_not_found file_type_not_allowed file_update_failed
        file_uploads_except_images_disabled invalid_blocks invalid_channel not_in_channel
        posting_to_channel_denied
    """,
    "files.delete": "cant_delete_file delete_not_allowed file_deleted file_deleting_disabled file_not_found",
    "oauth.v2.access": """
        bad_client_secret bad_redirect_uri cannot_install_an_org_installed_app invalid_client_id
        invalid_code invalid_code_verifier invalid_grant_type invalid_refresh_token no_scopes
        oauth_authorization_url_mismatch pkce_not_allowed preview_feature_not_available
        user_email_unverified
    """,
    "apps.connections.open": "forbidden_team insecure_request internal_error invalid_auth missing_args",
    "blocks.validate": "invalid_arguments invalid_blocks invalid_message invalid_view",
}
DOCUMENTED = {method: frozenset(f"{COMMON} {codes}".split()) for method, codes in OF_ONE.items()}
