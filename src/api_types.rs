//! The JSON shapes of the Box API, as they travel.
//!
//! Serde only: no I/O, no JavaScript, no HTTP. The SDK and the server share these types;
//! `tests/fixtures` pins their bytes so that sharing can't hide a mistake.

mod agent;
mod agent_settings;
mod attach_headers;
mod boxes;
mod error_code;
mod exec;
mod files;
mod git;
mod git_changes;
mod logs;
mod mcp;
mod network_policy;
mod null_as_default;
mod previews;
mod settings;
mod snapshot_archive;
mod snapshot_contents;
mod snapshot_retention;
mod snapshot_tree;
mod snapshots;
mod startup;
mod tokens;

pub use agent::{AgentRunRequest, CustomRunner, PromptFile};
pub use agent_settings::{CustomRunnerSetting, GitIdentity, ModelSetting, SkillList, SkillRequest};
pub use attach_headers::AttachHeadersSetting;
pub use boxes::{
    BoxInfo, BoxSize, BoxStatus, BoxStatusResponse, CreateBoxRequest, DeleteManyRequest, ForkedBox,
    FromSnapshotRequest,
};
pub use error_code::{ErrorBody, ErrorCode};
pub use exec::{
    CodeLanguage, CodeRequest, ExecRequest, ExecResponse, StartedRun, StreamError, StreamExit,
};
pub use files::{
    FileContent, FileEntry, FileKind, FileList, FileStat, MakeDirectoryRequest, RemoveFileRequest,
    RenameFileRequest, WriteFileRequest,
};
pub use git::{GitCloneRequest, GitCloneResponse};
pub use git_changes::{
    GitBranch, GitBranchRequest, GitCommit, GitCommitRequest, GitDiff, GitExecRequest,
    GitExecResponse, GitProposal, GitProposed, GitStatus,
};
pub use logs::{LogEntry, LogLevel, LogList, LogSource};
pub use mcp::{McpServer, McpSource};
pub use network_policy::{NetworkMode, NetworkPolicy};
pub use previews::{CreatePreviewRequest, CreatedPreview, Preview, PreviewList};
pub use settings::{AccountEnv, AccountEnvValue, LabelList, LabelRequest};
pub use snapshot_archive::{
    PullSnapshotRequest, PushSnapshotRequest, PushedSnapshot, RegistryImage, TransferEvent,
    TransferProgress,
};
pub use snapshot_contents::{
    SnapshotChange, SnapshotChangeKind, SnapshotVerification, VerificationStatus,
};
pub use snapshot_retention::{
    DeleteSnapshotsRequest, DeletedSnapshots, Outcome, SnapshotFilter, SnapshotOutcome,
};
pub use snapshot_tree::{SnapshotTree, SnapshotTreeKind, SnapshotTreeNode};
pub use snapshots::{
    CreateSnapshotRequest, DeletedCount, SnapshotInfo, SnapshotList, SnapshotStatus,
    UpdateSnapshotRequest,
};
pub use startup::InitCommand;
pub use tokens::{CreateTokenRequest, CreatedToken, TokenInfo, TokenList, TokenScope};
