//! The committed JSON is what the shared types read and write, to the last member.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use upstash_box_wasm::api_types::{
    AccountEnv, AccountEnvValue, AgentRunRequest, AttachHeadersSetting, BoxInfo, BoxStatusResponse,
    CodeRequest, CreateBoxRequest, CreatePreviewRequest, CreateSnapshotRequest, CreateTokenRequest,
    CreatedPreview, CreatedToken, CustomRunnerSetting, DeleteSnapshotsRequest, DeletedCount,
    DeletedSnapshots, ErrorBody, ErrorCode, ExecRequest, ExecResponse, FileContent, FileList,
    FileStat, ForkedBox, FromSnapshotRequest, GitBranch, GitBranchRequest, GitCloneRequest,
    GitCloneResponse, GitCommit, GitCommitRequest, GitDiff, GitExecRequest, GitExecResponse,
    GitIdentity, GitProposal, GitProposed, GitStatus, InitCommand, LabelList, LabelRequest,
    LogList, MakeDirectoryRequest, ModelSetting, NetworkPolicy, PreviewList, PullSnapshotRequest,
    PushSnapshotRequest, PushedSnapshot, RemoveFileRequest, RenameFileRequest, SkillList,
    SkillRequest, SnapshotChange, SnapshotInfo, SnapshotList, SnapshotTree, SnapshotVerification,
    StartedRun, StreamError, StreamExit, TokenList, TransferEvent, UpdateSnapshotRequest,
    WriteFileRequest,
};

fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Decodes a fixture and encodes it again, equal.
fn holds<T: DeserializeOwned + Serialize>(name: &str) -> (String, T) {
    let wire = fixture(name);
    let decoded: T =
        serde_json::from_value(wire.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(serde_json::to_value(&decoded).unwrap(), wire, "{name}");
    (name.to_owned(), decoded)
}

#[test]
fn every_fixture_decodes_and_encodes_equal() {
    let held = [
        holds::<BoxInfo>("box").0,
        holds::<BoxInfo>("box_deleted").0,
        holds::<BoxInfo>("box_ephemeral").0,
        holds::<InitCommand>("init_command").0,
        holds::<ForkedBox>("forked_box").0,
        holds::<ForkedBox>("forked_box_error").0,
        holds::<BoxStatusResponse>("box_status").0,
        holds::<LabelRequest>("label_request").0,
        holds::<CreateTokenRequest>("create_token_request").0,
        holds::<CreatedToken>("created_token").0,
        holds::<TokenList>("token_list").0,
        holds::<LabelList>("label_list").0,
        holds::<AccountEnv>("account_env").0,
        holds::<LogList>("log_list").0,
        holds::<ModelSetting>("model_setting").0,
        holds::<CustomRunnerSetting>("custom_runner_setting").0,
        holds::<GitIdentity>("git_identity").0,
        holds::<SkillRequest>("skill_request").0,
        holds::<SkillList>("skill_list").0,
        holds::<BoxInfo>("box_with_agent_settings").0,
        holds::<AttachHeadersSetting>("attach_headers_setting").0,
        holds::<NetworkPolicy>("network_policy").0,
        holds::<NetworkPolicy>("network_policy_deny_all").0,
        holds::<AccountEnvValue>("account_env_value").0,
        holds::<SnapshotInfo>("snapshot").0,
        holds::<SnapshotList>("snapshot_list").0,
        holds::<SnapshotTree>("snapshot_tree").0,
        holds::<PushSnapshotRequest>("push_snapshot_request").0,
        holds::<PullSnapshotRequest>("pull_snapshot_request").0,
        holds::<PushedSnapshot>("pushed_snapshot").0,
        holds::<TransferEvent>("transfer_progress").0,
        holds::<TransferEvent>("transfer_snapshot").0,
        holds::<TransferEvent>("transfer_error").0,
        holds::<CreateSnapshotRequest>("create_snapshot_request").0,
        holds::<UpdateSnapshotRequest>("update_snapshot_request").0,
        holds::<DeleteSnapshotsRequest>("delete_snapshots_request").0,
        holds::<DeletedSnapshots>("deleted_snapshots").0,
        holds::<SnapshotChange>("snapshot_change").0,
        holds::<SnapshotChange>("snapshot_change_not_text").0,
        holds::<SnapshotVerification>("snapshot_verification").0,
        holds::<DeletedCount>("deleted_count").0,
        holds::<ExecRequest>("exec_request").0,
        holds::<ExecRequest>("exec_request_with_additions").0,
        holds::<StartedRun>("started_run").0,
        holds::<CodeRequest>("code_request").0,
        holds::<ExecResponse>("exec_response").0,
        holds::<StreamExit>("stream_exit").0,
        holds::<StreamError>("stream_error").0,
        holds::<FileList>("file_list").0,
        holds::<FileContent>("file_content").0,
        holds::<WriteFileRequest>("write_file_request").0,
        holds::<FileStat>("file_stat").0,
        holds::<MakeDirectoryRequest>("make_directory_request").0,
        holds::<RenameFileRequest>("rename_file_request").0,
        holds::<RemoveFileRequest>("remove_file_request").0,
        holds::<GitCloneRequest>("git_clone_request").0,
        holds::<GitCloneResponse>("git_clone_response").0,
        holds::<GitDiff>("git_diff").0,
        holds::<GitStatus>("git_status").0,
        holds::<GitCommitRequest>("git_commit_request").0,
        holds::<GitCommit>("git_commit").0,
        holds::<GitBranchRequest>("git_branch_request").0,
        holds::<GitBranch>("git_branch").0,
        holds::<GitExecRequest>("git_exec_request").0,
        holds::<GitExecResponse>("git_exec_response").0,
        holds::<GitProposal>("git_proposal").0,
        holds::<GitProposed>("git_proposed").0,
        holds::<AgentRunRequest>("agent_run_request").0,
        holds::<CreatePreviewRequest>("create_preview_request").0,
        holds::<CreatedPreview>("created_preview").0,
        holds::<PreviewList>("preview_list").0,
        holds::<ErrorBody>("error").0,
        holds::<ErrorBody>("error_without_code").0,
    ];
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).unwrap();
    for entry in folder {
        let file = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            held.contains(&file.trim_end_matches(".json").to_owned()),
            "{file} is not tested"
        );
    }
}

#[test]
fn null_is_not_given() {
    let nulls = r#"{"name":null,"labels":null,"size":null,"keep_alive":null,"env_vars":null,"agent":null,"custom_runner":null}"#;
    let request: CreateBoxRequest = serde_json::from_str(nulls).unwrap();
    assert_eq!(request, CreateBoxRequest::default());
    let restore: FromSnapshotRequest =
        serde_json::from_str(r#"{"snapshot_id":"s","name":null}"#).unwrap();
    assert_eq!(
        (restore.snapshot_id.as_str(), restore.settings),
        ("s", CreateBoxRequest::default())
    );
}

#[test]
fn secrets_are_not_printed() {
    let request: CreateBoxRequest = serde_json::from_str(
        r#"{"agent_api_key":"s3cret","github_token":"s3cret","env_vars":{"A":"s3cret"}}"#,
    )
    .unwrap();
    assert!(!format!("{request:?}").contains("s3cret"));
    let (_, clone) = holds::<GitCloneRequest>("git_clone_request");
    assert!(!format!("{clone:?}").contains("ghp_x"));
    let (_, push) = holds::<PushSnapshotRequest>("push_snapshot_request");
    assert!(!format!("{push:?}").contains("secret"));
    let (_, pull) = holds::<PullSnapshotRequest>("pull_snapshot_request");
    assert!(!format!("{pull:?}").contains("secret"));
}

#[test]
fn error_codes_are_unique_and_found() {
    for row in ErrorCode::ALL {
        assert_eq!(ErrorCode::from_code(row.as_str()), Some(*row));
    }
}
