//! Skills: directories with a SKILL.md that an agent finds in the box.
//!
//! A skill is fetched by the box's own git from GitHub and put into `~/.agents/skills`, with a link from
//! `~/.claude/skills`; each remembers in a file which id it came from. So a box without a way to GitHub
//! has no skills but those of the snapshot that it was made of.

use upstash_box_wasm::api_types::LogLevel;

use super::Boxes;
use super::error::BoxError;

const MOST: usize = 50;

/// $1 is the repository's address, $2 its name, $3 the skill or nothing, $4 the id.
const INSTALL: &str = r#"
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone -q --depth 1 -- "$1" "$work/$2"
cd "$work/$2"
rm -rf .git
mkdir -p ~/.agents/skills ~/.claude/skills
find . -type f -name SKILL.md | while IFS= read -r file; do
    directory=$(cd "$(dirname "$file")" && pwd)
    name=$(basename "$directory")
    [ -z "$3" ] || [ "$name" = "$3" ] || continue
    rm -rf ~/.agents/skills/"$name" ~/.claude/skills/"$name"
    cp -R "$directory" ~/.agents/skills/"$name"
    printf %s "$4" > ~/.agents/skills/"$name"/.box-skill
    ln -s ../../.agents/skills/"$name" ~/.claude/skills/"$name"
    echo > "$work/found"
done
[ -e "$work/found" ] || { echo "the repository has no such skill" >&2; exit 1; }
"#;

/// $1 is the id.
const REMOVE: &str = r#"
set -eu
cd ~/.agents/skills 2>/dev/null || exit 0
for name in *; do
    [ -f "$name/.box-skill" ] && [ "$(cat "$name/.box-skill")" = "$1" ] || continue
    rm -rf "$name" ~/.claude/skills/"$name"
done
"#;

/// Refuses what is no list of skills.
pub(super) fn check(skills: &[String]) -> Result<(), BoxError> {
    if skills.len() > MOST {
        return Err(BoxError::InvalidArgument(format!(
            "skills: there are more than {MOST}"
        )));
    }
    skills.iter().try_for_each(|skill| parts(skill).map(drop))
}

/// Owner, repository, and the skill if one is named.
fn parts(id: &str) -> Result<(&str, &str, &str), BoxError> {
    let is_name = |part: &str| {
        let is_letter = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-');
        let starts_well = !part.starts_with(['-', '.']);
        !part.is_empty() && part.len() <= 100 && starts_well && part.bytes().all(is_letter)
    };
    let found: Vec<&str> = id.split('/').collect();
    match found.as_slice() {
        [owner, repo] if is_name(owner) && is_name(repo) => Ok((owner, repo, "")),
        [owner, repo, skill] if is_name(owner) && is_name(repo) && is_name(skill) => {
            Ok((owner, repo, skill))
        }
        _ => Err(BoxError::InvalidArgument(format!(
            "skill_id: {id:?} is not owner/repo/skill or owner/repo"
        ))),
    }
}

impl Boxes {
    /// Fetches a skill into the box; all that it has then.
    pub(crate) async fn add_skill(
        &self,
        reference: &str,
        id: String,
    ) -> Result<Vec<String>, BoxError> {
        parts(&id)?;
        let known = self.find_live(reference).await?.info.enabled_skills;
        if known.len() >= MOST && !known.contains(&id) {
            return Err(BoxError::InvalidArgument(format!(
                "skill_id: the box has {MOST} skills already"
            )));
        }
        self.install(reference, &id).await?;
        let changed = self
            .change(reference, move |record| {
                let skills = &mut record.info.enabled_skills;
                if !skills.contains(&id) {
                    skills.push(id);
                }
                Ok(())
            })
            .await?;
        Ok(changed.record.info.enabled_skills)
    }

    /// Takes a skill out of the box, if it has it; all that are left.
    pub(crate) async fn remove_skill(
        &self,
        reference: &str,
        id: String,
    ) -> Result<Vec<String>, BoxError> {
        let record = self.find_live(reference).await?;
        if !record.info.enabled_skills.contains(&id) {
            return Ok(record.info.enabled_skills);
        }
        let argv = ["sh", "-c", REMOVE, "remove-skill", &id];
        self.run_tool(reference, &argv).await?;
        let changed = self
            .change(reference, move |record| {
                record.info.enabled_skills.retain(|one| *one != id);
                Ok(())
            })
            .await?;
        Ok(changed.record.info.enabled_skills)
    }

    /// Fetches the skills that a box was made with. One that can't be is told in the log and struck
    /// off the list.
    pub(super) fn install_in_background(&self, box_id: String, skills: Vec<String>) {
        let this = self.clone();
        tokio::spawn(async move {
            for id in skills {
                let Err(error) = this.install(&box_id, &id).await else {
                    continue;
                };
                this.note(&box_id, LogLevel::Error, error.to_string()).await;
                let struck = this.change(&box_id, move |record| {
                    record.info.enabled_skills.retain(|one| *one != id);
                    Ok(())
                });
                if let Err(error) = struck.await {
                    tracing::debug!(box_id, %error, "a skill stays on the list");
                }
            }
        });
    }

    async fn install(&self, reference: &str, id: &str) -> Result<(), BoxError> {
        let (owner, repo, skill) = parts(id)?;
        let address = format!("https://github.com/{owner}/{repo}");
        let argv = [
            "sh",
            "-c",
            INSTALL,
            "install-skill",
            &address,
            repo,
            skill,
            id,
        ];
        self.run_tool(reference, &argv)
            .await
            .map_err(|error| match error {
                BoxError::Conflict(why) => {
                    BoxError::Conflict(format!("the skill {id} can't be installed: {why}"))
                }
                other => other,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_two_or_three_plain_parts() {
        assert_eq!(parts("a/b/c.d").unwrap(), ("a", "b", "c.d"));
        assert_eq!(parts("a/b").unwrap(), ("a", "b", ""));
        for bad in [
            "", "a", "a/", "a/b/c/d", "../b", "a/-b", "a/b/..", "a b/c", "a//c",
        ] {
            assert!(parts(bad).is_err(), "{bad:?}");
        }
    }
}
