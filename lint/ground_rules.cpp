// One row a rule.
#include "lint/ground_rules.hpp"

#include <array>

namespace firedrill::lint {

const Rule unreadable{
    "FD01",
    Severity::error,
    "the file cannot be read",
    "The file is not there, is no text, or is not what it is taken for: quotes, braces or blocks that never close.",
    "Nothing in it could be judged, and whatever it configures would not start.",
    "Mend the syntax at this place.",
    "",
    "global\n  description \"api\n",
    "global\n  description \"api\"\n"};

const Rule unknown_directive{
    "FD02",
    Severity::error,
    "a directive that is not known here",
    "HAProxy 2.6, nginx 1.22 or Envoy 1.33 has no such directive, or not in this place.",
    "The program would refuse the file; or it is newer, or has a module that this check does not know, and then "
    "nothing "
    "that the directive changes was taken into account.",
    "Correct the name, move it to where it belongs, or suppress this with the name of the module as the reason.",
    "",
    "defaults\n  mode http\n  timeout clent 5s\n",
    "defaults\n  mode http\n  timeout client 5s\n"};

const Rule refused{
    "FD03",
    Severity::error,
    "the program would refuse this",
    "A value of the wrong kind, a reference that leads nowhere, a name that is taken, an argument too few.",
    "A load balancer that does not start again after a reload is an outage of its own.",
    "Write what the message asks for.",
    "bad-deploy",
    "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\nfrontend www\n"
    "  bind :8080\n  default_backend nowhere\nbackend api\n  server api1 127.0.0.1:8081 maxconn 100\n",
    "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\nfrontend www\n"
    "  bind :8080\n  default_backend api\nbackend api\n  server api1 127.0.0.1:8081 maxconn 100\n"};

const Rule unused_suppression{"FD04",
                              Severity::warning,
                              "a suppression that suppresses nothing",
                              "A comment suppresses a rule that finds nothing there.",
                              "It would hide the next mistake of its kind without anybody having decided that.",
                              "Remove the comment.",
                              "",
                              "# firedrill: ignore HA09: there was a maxqueue once\nglobal\n  maxconn 4000\n",
                              "global\n  maxconn 4000\n"};

const Rule lame_suppression{
    "FD05",
    Severity::warning,
    "a suppression without a reason, or of no rule",
    "A comment suppresses without saying why, or names a rule that does not exist. It has no effect.",
    "Whoever reads the file next cannot tell a decision from an accident.",
    "Write the reason behind a colon: # firedrill: ignore HA04: static files only",
    "",
    "# firedrill: ignore HA09\nglobal\n  maxconn 4000\n",
    "global\n  maxconn 4000\n"};

const Rule unset_variable{
    "FD06",
    Severity::warning,
    "an environment variable that is not set here",
    "A variable without a default that is not in the environment of this check, and not set in the file.",
    "HAProxy takes it for an empty text, and so did this check; where the file is used it may be another.",
    "Set it for the check as it is set for HAProxy, or give it a default: \"${NAME-default}\".",
    "",
    "global\n  description \"${FIREDRILL_IS_NOT_SET}\"\n",
    "global\n  description \"${FIREDRILL_IS_NOT_SET-api}\"\n"};

const Rule no_effect{
    "FD07",
    Severity::warning,
    "a directive that has no effect here",
    "A directive that belongs to another kind of section, which HAProxy warns of and goes on without; in Envoy a "
    "second "
    "listener of a name, a second document, or a part that leads to no cluster and no host.",
    "Whoever wrote it counts on it: a timeout or a limit that is not there.",
    "Move it to where it counts: what faces clients to the frontend, what faces servers to the backend.",
    "",
    "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\nfrontend www\n"
    "  bind :8080\n  timeout queue 3s\n  default_backend api\nbackend api\n"
    "  server api1 127.0.0.1:8081 maxconn 100\n",
    "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\nfrontend www\n"
    "  bind :8080\n  default_backend api\nbackend api\n  timeout queue 3s\n"
    "  server api1 127.0.0.1:8081 maxconn 100\n"};

const Rule only_a_part{
    "FD08",
    Severity::info,
    "only a part of a configuration",
    "A file of nginx without http, stream or events, such as those in sites-enabled; or one of HAProxy without a "
    "frontend or listen, or whose frontends lead to backends while it has none.",
    "What the whole sets (timeouts, worker_connections, other upstreams) is not known here: for nginx defaults count "
    "instead, and of HAProxy's only the words are checked.",
    "Check nginx.conf, which includes this file, or the output of nginx -T; of HAProxy the directory of all its files, "
    "as haproxy -f DIR takes it: firedrill check DIR.",
    "",
    "upstream api {\n  zone api 64k;\n  server 127.0.0.1:8081;\n}\n",
    "events {\n}\nhttp {\n  upstream api {\n    zone api 64k;\n    server 127.0.0.1:8081;\n  }\n}\n"};

std::span<const Rule* const> ground_rules() {
  static constexpr std::array all{&unreadable,       &unknown_directive, &refused,   &unused_suppression,
                                  &lame_suppression, &unset_variable,    &no_effect, &only_a_part};
  return all;
}

}  // namespace firedrill::lint
