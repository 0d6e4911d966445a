// One function per command: ask the daemon, tell what it says.
#include "cli/daemon_commands.hpp"

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exchange.hpp"
#include "cli/fault_words.hpp"
#include "cli/hold.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "cli/top.hpp"

namespace firedrill::cli {
namespace {

using namespace std::chrono_literals;

void say(std::string_view text) { print(harmless(text) + "\n"); }

void print_json(const Json& json) { print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"); }

void print_names(const Json& list) {
  for (const Json& one : list) say(one.at("name").get<std::string>());
}

std::string where(const Json& proxy) {
  return fmt::format("{} -> {}", text_at(proxy.at("status"), "address"), text_at(proxy, "upstream"));
}

Table table_of_faults(const Json& faults) {
  using Side = Column::Side;
  Table table{{{"FAULT"}, {"PROXY"}, {"KIND"}, {"SINCE"}, {"UNTIL"}, {"LINKS", Side::right}, {"BY"}, {"SETTINGS"}}};
  for (const Json& fault : faults) {
    const Json& status = fault.at("status");
    const std::string since = text_at(status, "since");
    table.add({{text_at(fault, "name"), Paint::bold},
               text_at(fault, "proxy"),
               text_at(fault, "kind"),
               {show_clock(since), since},
               {until_words(fault), until_stamp(fault)},
               links_of(fault),
               text_at(status, "by"),
               settings_words(fault)});
  }
  return table;
}

// The counters of one proxy as rows of "key  value".
void add_counters(Table& table, const Json& counters) {
  const auto figure = [&](const char* key) { table.add({std::string{key}, counters.at(key).dump()}); };
  figure("open");
  figure("accepted");
  figure("connect_errors");
  for (const char* lane : {"upstream", "downstream"})
    table.add({std::string{lane} + "_bytes", counters.at(lane).at("bytes_out").dump()});
  for (const auto& item : counters.at("ended").items()) table.add({"ended: " + item.key(), item.value().dump()});
}

// Why what is done is not written down just now; "" when it is, or is not to be.
std::string journal_trouble(const Json& status) {
  const auto journal = status.find("journal");
  if (journal == status.end() || journal->is_null() || journal->at("written") == true) return "";
  const Json& failure = journal->at("failure");
  return "the journal is not written: " + (failure.is_string() ? failure.get<std::string>() : "the disk is slow");
}

// What is asked again and again must not hold up the signal that ends it.
faults::Duration patience(const DaemonRequest& request) {
  const auto* fault = std::get_if<AddFault>(&request);
  return std::holds_alternative<Top>(request) || (fault != nullptr && fault->hold) ? 3s : 10s;
}

/// Carries one request out.
class Asker {
 public:
  explicit Asker(const DaemonArguments& arguments)
      : arguments_{arguments}, daemon_{arguments.access, patience(arguments.request)} {}

  int operator()(const ListProxies&) {
    const Json answer = daemon_.get("/v1/proxies");
    if (arguments_.json) return done(answer);
    if (arguments_.names) return named(answer.at("proxies"));
    Table table{{{"PROXY"}, {"LISTENS ON"}, {"UPSTREAM"}, {"STATE"}, {"FAULTS"}}};
    for (const Json& proxy : answer.at("proxies")) {
      const bool enabled = proxy.at("enabled").get<bool>();
      std::string faults;
      for (const Json& fault : proxy.at("faults")) faults += (faults.empty() ? "" : ", ") + text_at(fault, "name");
      table.add({{text_at(proxy, "name"), Paint::bold},
                 text_at(proxy.at("status"), "address"),
                 text_at(proxy, "upstream"),
                 {enabled ? "enabled" : "disabled", enabled ? Paint::plain : Paint::yellow},
                 {faults, Paint::red}});
    }
    print(table, "no proxies");
    return 0;
  }

  int operator()(const ShowProxy& wanted) {
    const Json answer = daemon_.get(path_of(wanted.proxy));
    if (arguments_.json) return done(answer);
    const std::string name = text_at(answer, "name");
    Table facts{{{"PROXY"}, {name}}};
    facts.add({"address", text_at(answer.at("status"), "address")});
    facts.add({"upstream", text_at(answer, "upstream")});
    facts.add({"connect_timeout", text_at(answer, "connect_timeout")});
    facts.add({"state", answer.at("enabled").get<bool>() ? "enabled" : "disabled"});
    add_counters(facts, answer.at("status").at("counters"));
    for (const Json& fault : answer.at("faults"))
      facts.add({"fault: " + text_at(fault, "name"),
                 {fmt::format("{} {}, {}", text_at(fault, "kind"), settings_words(fault), until_words(fault)),
                  fmt::format("{} {}", text_at(fault, "kind"), settings_words(fault))}});
    print(facts, "");
    return 0;
  }

  int operator()(const AddProxy& wanted) {
    const Json body{{"name", wanted.proxy},
                    {"listen", wanted.listen},
                    {"upstream", wanted.upstream},
                    {"enabled", !wanted.disabled}};
    const Json answer = daemon_.ask("POST", "/v1/proxies", body);
    return told(answer, fmt::format("proxy {}: {}{}", text_at(answer, "name"), where(answer),
                                    wanted.disabled ? ", disabled" : ""));
  }

  int operator()(const RemoveProxy& wanted) {
    return told(daemon_.ask("DELETE", path_of(wanted.proxy)), fmt::format("proxy {}: removed", wanted.proxy));
  }

  int operator()(const SwitchProxy& wanted) {
    const Json answer = daemon_.ask("PATCH", path_of(wanted.proxy), {{"enabled", wanted.on}});
    return told(answer, wanted.on ? fmt::format("proxy {}: {}", wanted.proxy, where(answer))
                                  : fmt::format("proxy {}: disabled; it refuses connections", wanted.proxy));
  }

  int operator()(const ListFaults& wanted) {
    const Json answer = daemon_.get(wanted.proxy.empty() ? "/v1/faults" : path_of(wanted.proxy) + "/faults");
    if (arguments_.json) return done(answer);
    if (arguments_.names) return named(answer.at("faults"));
    print(table_of_faults(answer.at("faults")), "no faults");
    return 0;
  }

  int operator()(const AddFault& wanted) {
    Json body = settings_of(wanted.settings);
    body["name"] = wanted.name.empty() ? wanted.kind : wanted.name;
    body["kind"] = wanted.kind;
    if (wanted.hold) return hold(daemon_, wanted.proxy, std::move(body), arguments_.json);
    if (!wanted.ttl.empty()) body["ttl"] = wanted.ttl;
    const Json answer = daemon_.ask("POST", path_of(wanted.proxy) + "/faults", body);
    return told(answer, in_force_words(answer));
  }

  int operator()(const UpdateFault& wanted) {
    Json body = settings_of(wanted.settings);
    if (!wanted.ttl.empty()) body["ttl"] = wanted.ttl;
    const Json answer = daemon_.ask("PATCH", path_of(wanted.proxy, wanted.fault), body);
    return told(answer, in_force_words(answer));
  }

  int operator()(const RemoveFault& wanted) {
    return told(daemon_.ask("DELETE", path_of(wanted.proxy, wanted.fault)),
                fmt::format("fault {} on {}: removed", wanted.fault, wanted.proxy));
  }

  int operator()(const Heal& wanted) {
    Json body = Json::object();
    if (!wanted.proxy.empty()) body["proxy"] = wanted.proxy;
    const Json answer = daemon_.ask("POST", "/v1/heal", body);
    const auto aborted = answer.value("aborted_runs", std::size_t{0});
    return told(answer, count(answer.at("healed").get<std::size_t>(), "fault") + " healed" +
                            (aborted == 0 ? "" : fmt::format(", {} aborted", count(aborted, "run"))));
  }

  int operator()(const HaltAll& wanted) {
    Json body = Json::object();
    if (!wanted.reason.empty()) body["reason"] = wanted.reason;
    const Json answer = daemon_.ask("POST", "/v1/halt", body);
    return told(answer, "halted: everything is healed, and faults are refused until: firedrill halt --release");
  }

  int operator()(const ReleaseHalt&) {
    return told(daemon_.ask("DELETE", "/v1/halt"), "released: faults are taken again");
  }

  int operator()(const ShowStatus&) {
    const Json status = daemon_.get("/v1/status"), faults = daemon_.get("/v1/faults").at("faults");
    const Json runs = runs_under_way(daemon_);
    if (arguments_.json) return done({{"status", status}, {"runs", runs}, {"faults", faults}});
    if (on_terminal())
      picture(status, runs, faults);
    else
      lines(status, runs, faults);
    return 0;
  }

  int operator()(const RunRequest& wanted) {
    return ask_about_runs(daemon_, wanted, {arguments_.json, arguments_.names});
  }

  int operator()(const Top& wanted) { return top(daemon_, wanted.once, arguments_.json); }

 private:
  int done(const Json& answer) const {
    print_json(answer);
    return 0;
  }
  int named(const Json& list) const {
    print_names(list);
    return 0;
  }
  // An empty answer is {} for programs.
  int told(const Json& answer, const std::string& words) const {
    if (arguments_.json) return done(answer.is_null() ? Json::object() : answer);
    say(words);
    return 0;
  }

  void picture(const Json& status, const Json& runs, const Json& faults) const {
    const Shape shape = terminal_shape();
    print(headline(status, daemon_.address(), shape) + "\n");
    if (!status.at("halt").is_null()) print(halt_line(status.at("halt"), shape) + "\n");
    if (const std::string trouble = journal_trouble(status); !trouble.empty())
      print(Line{shape.width, shape.colour}.add(trouble, Paint::red).text() + "\n");
    print("\n");
    if (!runs.empty()) {
      print(table_of_runs(runs), "");
      print("\n");
    }
    print(table_of_faults(faults), "no faults");
  }

  static void lines(const Json& status, const Json& runs, const Json& faults) {
    for (const char* key : {"version", "started"}) say_pair(key, text_at(status, key));
    say_pair("proxies", status.at("proxies").dump());
    if (const Json& halt = status.at("halt"); !halt.is_null())
      print(fmt::format("halt\t{}\t{}\t{}\n", harmless(text_at(halt, "since")), harmless(text_at(halt, "by")),
                        harmless(text_at(halt, "reason"))));
    if (const std::string trouble = journal_trouble(status); !trouble.empty()) say_pair("journal", trouble);
    print(table_of_runs(runs).tabbed("run"));
    print(table_of_faults(faults).tabbed("fault"));
  }
  static void say_pair(const char* key, const std::string& value) {
    print(fmt::format("{}\t{}\n", key, harmless(value)));
  }

  const DaemonArguments& arguments_;
  Daemon daemon_;
};

}  // namespace

int ask_daemon(const DaemonArguments& arguments) {
  int code = exit_errored;
  try {
    Asker asker{arguments};
    code = std::visit(asker, arguments.request);
  } catch (const NotDone& why) {
    for (const std::string& line : why.lines) complain(harmless(line));
    code = why.exit_code;
  } catch (const Json::exception&) {
    complain("the daemon's answer is not what this version of firedrill expects; is it another version's?");
  }
  return flush() ? code : exit_errored;
}

}  // namespace firedrill::cli
