//! Puts a filter together from its end, so that wherever it jumps to is there already.

use nix::libc;
use seccompiler::{BpfProgram, sock_filter};

/// An instruction, counted from the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target(usize);

/// How what was loaded is compared.
#[derive(Clone, Copy, Debug)]
pub(super) enum Test {
    Equal,
    AtLeast,
    /// At least one bit of the operand is set.
    AnyBit,
}

/// Where a filter finds a call's number.
const NUMBER: u32 = 0;
/// Where it finds the architecture whose number that is.
const ARCHITECTURE: u32 = 4;
/// Where it finds the first argument.
const ARGUMENTS: u32 = 16;
const ARGUMENT_BYTES: u32 = 8;
/// The half of an argument that holds its low 32 bits.
const LOW_HALF: u32 = if cfg!(target_endian = "big") { 4 } else { 0 };

/// The instructions, the last one first.
#[derive(Debug, Default)]
pub(super) struct Program(BpfProgram);

impl Program {
    /// Ends with this answer.
    pub(super) fn answer(&mut self, answer: u32) -> Target {
        self.push(libc::BPF_RET | libc::BPF_K, answer, 0, 0)
    }

    /// Loads the call's number, and goes on with the instruction that was added last.
    pub(super) fn number(&mut self) -> Target {
        self.load(NUMBER)
    }

    /// Loads the architecture, and goes on in the same way.
    pub(super) fn architecture(&mut self) -> Target {
        self.load(ARCHITECTURE)
    }

    /// Loads the low 32 bits of an argument, and goes on in the same way.
    pub(super) fn argument(&mut self, number: u32) -> Target {
        self.load(ARGUMENTS + number * ARGUMENT_BYTES + LOW_HALF)
    }

    /// Goes to `then` when what was loaded passes the test with one of the operands.
    pub(super) fn test(
        &mut self,
        test: Test,
        operands: &[u32],
        then: Target,
        otherwise: Target,
    ) -> Target {
        let code = match test {
            Test::Equal => libc::BPF_JEQ,
            Test::AtLeast => libc::BPF_JGE,
            Test::AnyBit => libc::BPF_JSET,
        };
        operands.iter().fold(otherwise, |otherwise, operand| {
            let (then, otherwise) = (self.distance(then), self.distance(otherwise));
            self.push(
                libc::BPF_JMP | libc::BPF_K | code,
                *operand,
                then,
                otherwise,
            )
        })
    }

    /// Goes to where the case of the loaded number says. `cases` are in the order of their numbers.
    pub(super) fn search(&mut self, cases: &[(u32, Target)], otherwise: Target) -> Target {
        match cases {
            [] => otherwise,
            [(number, target)] => self.test(Test::Equal, &[*number], *target, otherwise),
            _ => {
                let (low, high) = cases.split_at(cases.len() / 2);
                let (at_least, below) = (self.search(high, otherwise), self.search(low, otherwise));
                let first = high.first().map_or(0, |(number, _)| *number);
                self.test(Test::AtLeast, &[first], at_least, below)
            }
        }
    }

    /// The program; its start is what was added last.
    pub(super) fn finish(mut self) -> BpfProgram {
        self.0.reverse();
        self.0
    }

    fn load(&mut self, offset: u32) -> Target {
        self.push(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0, 0)
    }

    fn distance(&self, to: Target) -> usize {
        self.0.len() - to.0 - 1
    }

    fn push(&mut self, code: u32, k: u32, then: usize, otherwise: usize) -> Target {
        // A jump may pass over 255 instructions; the tests walk all of the only program there is.
        let jump = |distance: usize| u8::try_from(distance).unwrap_or(u8::MAX);
        self.0.push(sock_filter {
            code: code as u16,
            jt: jump(then),
            jf: jump(otherwise),
            k,
        });
        Target(self.0.len() - 1)
    }
}

/// What the kernel would answer, and after how many steps.
#[cfg(test)]
pub(super) fn run(
    program: &[sock_filter],
    architecture: u32,
    number: u32,
    arguments: [u64; 2],
) -> (u32, usize) {
    let (mut loaded, mut at) = (0, 0);
    for steps in 1.. {
        let sock_filter { code, jt, jf, k } = program[at].clone();
        at += 1;
        let code = u32::from(code);
        let passes = match code & !libc::BPF_K {
            code if code == libc::BPF_LD | libc::BPF_W | libc::BPF_ABS => {
                loaded = match k {
                    NUMBER => number,
                    ARCHITECTURE => architecture,
                    _ => arguments[((k - ARGUMENTS) / ARGUMENT_BYTES) as usize] as u32,
                };
                continue;
            }
            code if code == libc::BPF_RET => return (k, steps),
            code if code == libc::BPF_JMP | libc::BPF_JEQ => loaded == k,
            code if code == libc::BPF_JMP | libc::BPF_JGE => loaded >= k,
            code if code == libc::BPF_JMP | libc::BPF_JSET => loaded & k != 0,
            code => panic!("instruction {code}"),
        };
        at += usize::from(if passes { jt } else { jf });
    }
    unreachable!()
}
