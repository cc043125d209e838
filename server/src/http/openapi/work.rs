//! What runs in a box: commands, code, agents, git, schedules, and what is known of it afterwards.

use upstash_box_wasm::api_types::{
    AgentRunRequest, CodeRequest, ExecRequest, ExecResponse, GitBranch, GitBranchRequest,
    GitCloneRequest, GitCloneResponse, GitCommit, GitCommitRequest, GitDiff, GitExecRequest,
    GitExecResponse, GitProposal, GitProposed, GitStatus, LogList,
};

use super::super::agent::Extras;
use super::super::boxes::Done;
use super::super::git::Folder;
use super::super::history::{Paging, Run, Runs};
use super::document::Document;
use crate::boxes::ScheduleRequest;
use crate::store::Schedule;

const EVENTS: &str = "text/event-stream";

pub(super) fn describe(api: &mut Document) {
    commands(api);
    git(api);
    schedules(api);
    api.get("/v2/box/{box}/logs", "The log of a box")
        .query::<Paging>()
        .json::<LogList>();
    api.get("/v2/box/{box}/runs", "The runs of a box, newest first")
        .query::<Paging>()
        .json::<Runs>();
    api.get("/v2/box/{box}/runs/{run}", "One run").json::<Run>();
    api.post("/v2/box/{box}/runs/{run}/cancel", "Ends a run")
        .json::<Run>();
}

fn commands(api: &mut Document) {
    api.post(
        "/v2/box/{box}/exec",
        "Runs a command; with async, answers a run_id at once",
    )
    .body::<ExecRequest>()
    .json_object();
    api.post(
        "/v2/box/{box}/exec-stream",
        "Runs a command: its raw output, then one trailer",
    )
    .body::<ExecRequest>()
    .stream(EVENTS);
    api.post("/v2/box/{box}/code", "Runs code")
        .body::<CodeRequest>()
        .json::<ExecResponse>();
    api.post(
        "/v2/box/{box}/code-stream",
        "Runs code: its raw output, then one trailer",
    )
    .body::<CodeRequest>()
    .stream(EVENTS);
    api.get(
        "/v2/box/{box}/exec-session",
        "A live session: a WebSocket of JSON frames",
    )
    .status("101", "The connection is a WebSocket from here on");
    api.post("/v2/box/{box}/run", "Asks the box's agent")
        .body::<AgentRunRequest>()
        .body::<Extras>()
        .json_object();
    api.post(
        "/v2/box/{box}/run/stream",
        "Asks the box's agent and shows what it does",
    )
    .body::<AgentRunRequest>()
    .body::<Extras>()
    .stream(EVENTS);
}

fn git(api: &mut Document) {
    api.post("/v2/box/{box}/git/clone", "Clones a repository")
        .body::<GitCloneRequest>()
        .json::<GitCloneResponse>();
    api.get("/v2/box/{box}/git/diff", "What changed in a working tree")
        .query::<Folder>()
        .json::<GitDiff>();
    api.get("/v2/box/{box}/git/status", "The status of a working tree")
        .query::<Folder>()
        .json::<GitStatus>();
    api.post("/v2/box/{box}/git/commit", "Commits all changes")
        .body::<GitCommitRequest>()
        .json::<GitCommit>();
    api.post(
        "/v2/box/{box}/git/checkout",
        "Switches to a branch, or makes it",
    )
    .body::<GitBranchRequest>()
    .json::<GitBranch>();
    api.post("/v2/box/{box}/git/push", "Pushes a branch")
        .body::<GitBranchRequest>()
        .json::<GitBranch>();
    api.post("/v2/box/{box}/git/exec", "Runs any git command")
        .body::<GitExecRequest>()
        .json::<GitExecResponse>();
    api.post("/v2/box/{box}/git/create-pr", "Opens a pull request")
        .body::<GitProposal>()
        .json::<GitProposed>();
    api.post("/v2/box/{box}/git/create-issue", "Opens an issue")
        .body::<GitProposal>()
        .json::<GitProposed>();
}

fn schedules(api: &mut Document) {
    api.get("/v2/box/{box}/schedules", "The schedules of a box")
        .json_array::<Schedule>();
    api.post("/v2/box/{box}/schedules", "Makes a schedule")
        .body::<ScheduleRequest>()
        .json::<Schedule>();
    let one = "/v2/box/{box}/schedules/{schedule}";
    api.get(one, "One schedule").json::<Schedule>();
    api.patch(one, "Changes a schedule in part")
        .body::<ScheduleRequest>()
        .json::<Schedule>();
    api.delete(one, "Deletes a schedule").json::<Done>();
    api.post(
        "/v2/box/{box}/schedules/{schedule}/pause",
        "Pauses a schedule",
    )
    .json::<Done>();
    api.post(
        "/v2/box/{box}/schedules/{schedule}/resume",
        "Resumes a schedule",
    )
    .json::<Done>();
}
