//! Whatever a program gives as arguments, a request keeps to its route; whatever a server answers has a meaning.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use upstash_box_wasm::error::Error;
use upstash_box_wasm::json::value::Value;
use upstash_box_wasm::requests::{build, routes, unknown_options};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    route: u16,
    status: u16,
    /// JSON.
    arguments: &'a str,
    answer: &'a str,
}

fuzz_target!(|input: Input| {
    let all: Vec<_> = routes().collect();
    let route = all[usize::from(input.route) % all.len()];
    if let Ok(arguments) = serde_json::from_str::<Value>(input.arguments) {
        unknown_options(route, &arguments);
        if let Ok(request) = build(route, &arguments) {
            let (path, _) = request
                .target
                .split_once('?')
                .unwrap_or((&request.target, ""));
            let is_list = route.path.contains(":segments}");
            let (own, given) = (route.path.split('?').next().unwrap_or_default(), path);
            assert!(
                is_list || own.matches('/').count() == given.matches('/').count(),
                "{}",
                request.target
            );
            assert!(
                request
                    .target
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && byte != b'#')
            );
            assert!(
                request
                    .headers
                    .iter()
                    .all(|(_, value)| !value.contains(['\r', '\n'])),
                "{:?}",
                request.headers
            );
        }
    }
    if let Ok(answer) = serde_json::from_str::<Value>(input.answer) {
        assert!(
            !Error::from_answer(input.status, &answer, "Box.get")
                .message
                .is_empty()
        );
        route.answer.find(answer);
    }
});
