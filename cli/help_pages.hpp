// What stands below the options on each help page.
#pragma once

namespace firedrill::cli {

inline constexpr const char* exit_codes = R"(Exit codes:
  0  the drill ran and every expectation held
  1  an expectation was missed
  2  bad input: usage, an unreadable or invalid file
  3  aborted: an abort condition, a signal; everything was healed first
  4  errored: could not run or could not measure)";

inline constexpr const char* main_examples = R"(Examples:
  firedrill check drills/*.toml               say what is wrong with drill files
  firedrill simulate pool-exhaustion.toml     say what it would do, in a second
  firedrill run pool-exhaustion.toml          play a drill, watch it, get a report
  firedrill exec drill.toml -- pytest         run a test suite while a drill goes on around it
  firedrill serve proxies.toml                keep proxies open, and break them by hand over a control port
  firedrill fault add api latency delay=1s    do so: make a proxy of the daemon slow, for an hour
  firedrill heal                              and mend it
  firedrill runs start drill.toml --watch     have the daemon play a drill
  firedrill report firedrill-runs/NAME-UTC    a run's report once more, from its journal)";

inline constexpr const char* run_examples = R"(Examples:
  firedrill run pool-exhaustion.toml
  firedrill run pool-exhaustion.toml --set fault.undersized-pool.max_connections=9
  firedrill run drill.toml --seed 7 --report out --junit out/drill.xml
  firedrill run drill.toml --json | jq .result
  firedrill run drill.toml --dry-run

Ctrl-C (SIGINT) or SIGTERM heals everything, writes the report and exits with 3.)";

inline constexpr const char* exec_examples = R"(firedrill exec FILE [OPTIONS] -- COMMAND…

The command finds each proxy of the drill in FIREDRILL_PROXY_NAME (host:port), FIREDRILL_PROXY_NAME_HOST
and FIREDRILL_PROXY_NAME_PORT. Faults come and go on their timeline while it runs; a fault without
"for" lasts until it ends. Its end is the end of the run; max_duration ends it early.

Examples:
  firedrill exec drill.toml -- pytest -q
  firedrill exec drill.toml --junit out/drill.xml -- pytest --junit-xml=out/suite.xml
  firedrill exec drill.toml --no-faults -- npm test

SIGINT and SIGTERM are passed on to the command and end the run; a second one kills the command.

Exit codes:
  2, 3, 4     as for firedrill run: bad input; aborted; errored, or the command could not be started
  otherwise   the command's own, when it is not 0; 128 and the signal's number when a signal ended it
  1           the command was content, but a check of the drill was missed
  0           both went well)";

inline constexpr const char* serve_examples = R"(Examples:
  firedrill serve
  firedrill serve /etc/firedrill/proxies.toml --control 127.0.0.1:8474
  curl -s localhost:8474/v1/proxies -d '{"name": "db", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:5432"}'

FILEs are drill files or a toxiproxy.json; a DIR stands for those in it. Their proxies are opened, except those in
front of embedded backends; drills are played by their [schedule], or over the control port. SIGHUP reads them anew.
SIGTERM or SIGINT heals everything, lets connections end for as long as --drain says, and exits with 0.
Faults are put in force over the control port, each with a time to live; a restart comes up without any.

Exit codes: 0 ended by a signal, 2 bad input, 4 could not listen.)";

inline constexpr const char* check_examples = R"(Examples:
  firedrill check drill.toml
  firedrill check haproxy.cfg nginx.conf envoy.yaml capacity.toml
  firedrill check /etc/haproxy/conf.d
  firedrill check haproxy.cfg --format sarif > haproxy.sarif
  firedrill check haproxy.cfg --live unix:/run/haproxy.sock
  firedrill check haproxy.cfg nginx.conf --ask
  firedrill check --explain HA05
  firedrill check drills/*.toml --json | jq '.[] | select(.ok | not)'

A comment suppresses a rule, for a reason:  # firedrill: ignore HA04: static files only
Warnings of drills name what can be played and yet cannot mean what it says.

Exit codes: 0 every file is good, 1 there are findings as grave as --fail-on says, 2 a drill is not good, or a file
cannot be read.)";

inline constexpr const char* simulate_examples = R"(Examples:
  firedrill simulate pool-exhaustion.toml
  firedrill simulate drill.toml --set fault.undersized-pool.max_connections=12
  firedrill simulate drill.toml --sweep max_connections=4..40 --chart pool.svg
  firedrill simulate drill.toml --sweep fault.slow.delay=50ms..500ms:50ms --format json
  firedrill simulate drill.toml --solve 'errors < 1%'

Opens nothing and asks nobody: the drill is played with embedded backends in virtual time. What cannot be
predicted (real backends, what a command says) is named and not judged. The key of --sweep is one of --set;
where only one fault has such a setting, its name is enough.

Exit codes: 0 every expectation would hold, 1 one would be missed, or nothing solves it, 2 bad input, or a
drill that cannot be predicted, 3 an abort condition would end it, 4 it would not show what it is to show.)";

inline constexpr const char* report_examples = R"(Examples:
  firedrill report firedrill-runs/pool-exhaustion-20260512T090000Z
  firedrill report journal.jsonl --format junit --output drill.xml

Exit codes: 0 the journal could be read, 2 it could not. An incomplete one, of a run that crashed or
goes on, is read as far as it goes; a note on standard error says so.)";

inline constexpr const char* daemon_exit_codes = R"(Exit codes:
  0  done
  1  as things stand it cannot be: no such proxy or fault, a name or an address that is taken, a halt
  2  bad input
  4  no daemon answered, or it could not)";

inline constexpr const char* proxy_examples = R"(Examples:
  firedrill proxy list
  firedrill proxy add db 127.0.0.1:15432 127.0.0.1:5432
  firedrill proxy show db --json | jq .status.counters
  firedrill proxy disable db
  firedrill proxy remove db

In a pipe lists are lines of cells between tabs: name, address, upstream, state, faults.)";

inline constexpr const char* fault_examples = R"(Examples:
  firedrill fault add api latency delay=200ms --for 5m
  firedrill fault add api pool max_connections=7 queue_timeout=1s --name undersized
  firedrill fault add api reset percent=30% --hold
  firedrill fault update api latency delay=1s --for 10m
  firedrill fault list
  firedrill fault remove api latency

Every fault goes by itself: after --for, or after an hour, or soon after the program that holds it with --hold.
In a pipe lists are lines of cells between tabs: name, proxy, kind, since, until, links, by, settings.)";

inline constexpr const char* add_fault_examples = R"(Examples:
  firedrill fault add api latency delay=200ms jitter=50ms --for 5m
  firedrill fault add api reset percent=30% --name cut
  firedrill fault add api stall 'clients=["10.0.0.0/8"]' --hold

Kinds and their settings are those of drill files, but for ramps and repeats. A value in brackets is a list, in JSON.)";

inline constexpr const char* update_fault_examples = R"(Examples:
  firedrill fault update api latency delay=1s
  firedrill fault update api latency jitter= percent=10%
  firedrill fault update api latency --for 10m

KEY= takes a setting away; what is not named stays. The time to live starts anew.)";

inline constexpr const char* heal_examples = R"(Examples:
  firedrill heal          every fault of every proxy
  firedrill heal api      those of one

What was held back is let go. Without a proxy runs are aborted, too.)";

inline constexpr const char* halt_examples = R"(Examples:
  firedrill halt the real incident comes first
  firedrill halt --release

A halt heals everything and takes no fault until it is released.)";

inline constexpr const char* drills_examples = R"(Examples:
  firedrill drills
  firedrill drills --quiet

They are those among the files of firedrill serve, read anew each time.
In a pipe lists are lines of cells between tabs: name, title, file, scheduled (yes or no), problems.)";

inline constexpr const char* schedule_examples = R"(Examples:
  firedrill schedule

In a pipe lists are lines of cells between tabs: drill, cron, timezone, next in UTC and by the clock here, state.)";

inline constexpr const char* runs_examples = R"(Examples:
  firedrill runs start pool-exhaustion --watch
  firedrill runs list
  firedrill runs watch pool-exhaustion-20260512T090000Z
  firedrill runs note pool-exhaustion-20260512T090000Z the pager went off
  firedrill runs extend pool-exhaustion-20260512T090000Z undersized-pool 30s
  firedrill runs abort pool-exhaustion-20260512T090000Z the real incident comes first
  firedrill runs report pool-exhaustion-20260512T090000Z --format junit

In a pipe lists are lines of cells between tabs: run, drill, state or result, started, elapsed, length in seconds, by.
The lines of show begin with what they are about: run, drill, by, started, state, reason, elapsed, length, directory,
fault, check, event.)";

inline constexpr const char* start_examples = R"(Examples:
  firedrill runs start pool-exhaustion
  firedrill runs start drill.toml --set fault.slow.delay=1s --watch
  firedrill runs start pool-exhaustion --dry-run | jq .timeline

A file is sent to the daemon; it may run no commands and read no files there. With --watch the exit code is the run's
own: 0 passed, 1 failed, 3 aborted, 4 errored.)";

inline constexpr const char* status_examples = R"(Examples:
  firedrill status
  firedrill status --json | jq .faults

In a pipe each line begins with what it is about: version, started, proxies, halt, run, fault.)";

inline constexpr const char* top_examples = R"(Examples:
  firedrill top
  firedrill top --once | grep ^pool

It looks once a second, until Ctrl-C. Rates are those of the last second; --once takes one to measure them.
In a pipe it does so once; each line begins with what it is about: proxy, pool, fault.)";

inline constexpr const char* completion_examples = R"(Examples:
  source <(firedrill completion bash)
  firedrill completion bash > ~/.local/share/bash-completion/completions/firedrill
  firedrill completion zsh > "${fpath[1]}/_firedrill"
  firedrill completion fish > ~/.config/fish/completions/firedrill.fish

Names of proxies, faults, drills and runs are asked of the daemon, if one runs.)";

}  // namespace firedrill::cli
