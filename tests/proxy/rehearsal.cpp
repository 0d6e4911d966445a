// Proxies, clients, and what became of them.
#include "rehearsal.hpp"

#include <fstream>
#include <numeric>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <gtest/gtest.h>

#include "faults/catalog.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using proxy::End;

// Clients that were connected, but not accepted: what the kernel calls the receive queue of a listening socket.
std::uint64_t waiting_in_the_kernel(std::uint16_t port) {
  std::ifstream table{"/proc/net/tcp"};
  for (std::string line; std::getline(table, line);) {
    std::istringstream words{line};
    std::string number, local, remote, state, queues;
    words >> number >> local >> remote >> state >> queues;
    if (state != "0A" || std::stoul(local.substr(local.find(':') + 1), nullptr, 16) != port) continue;
    return std::stoul(queues.substr(queues.find(':') + 1), nullptr, 16);
  }
  return 0;
}

}  // namespace

Rehearsal::Rehearsal(const Documented& documented, std::uint16_t server) : documented_{documented} {
  for (const Meeting& meeting : documented.meetings) {
    proxy::ProxySpec spec;
    spec.name = meeting.kind + " " + meeting.settings;
    spec.listen = local(0);
    spec.upstream = local(server);
    spec.connect_timeout = 10 * deadline;  // longer than anybody waits here
    spec.seed = {20230510};
    engine_.open(spec);
    scenes_.push_back({&meeting, spec.name, engine_.port(spec.name), nullptr});
  }
}

Rehearsal::~Rehearsal() {
  for (Scene& scene : scenes_) {
    scene.client.reset();
    engine_.close(scene.name, {});
  }
}

void Rehearsal::start(const std::function<Command(std::size_t, std::uint16_t, const Meeting&)>& client) {
  for (std::size_t i = 0; i < scenes_.size(); ++i)
    scenes_[i].client = std::make_unique<ChildProcess>(client(i, scenes_[i].port, *scenes_[i].meeting));
}

void Rehearsal::put_faults() {
  for (const Scene& scene : scenes_) {
    auto fault = faults::make_fault("f", scene.meeting->kind, scene.meeting->settings);
    fault->effects = std::make_shared<faults::Effects>();
    fault->since = Clock::now();
    faults::Plan plan;
    plan.faults.push_back(std::move(fault));
    adopt(scene, plan);
  }
}

// A worker that is kept busy by the machine is asked again.
void Rehearsal::adopt(const Scene& scene, const faults::Plan& plan) {
  const auto adopted = [&] {
    try {
      engine_.adopt(scene.name, plan);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  EXPECT_TRUE(eventually(adopted));
}

// Something of it has come to the proxy and not left, or waits at the door, and nothing has moved since for longer than
// any fault of the table takes its time. A client that a fault holds can do this for ever: no machine is too slow for
// it.
bool Rehearsal::stands_still(Scene& scene) {
  const proxy::Counters now = engine_.read(scene.name);
  const std::uint64_t moved =
      now.bytes_in[0] + now.bytes_in[1] + now.bytes_out[0] + now.bytes_out[1] + now.accepted + now.open;
  if (std::exchange(scene.moved, moved) != moved) scene.moved_at = Clock::now();
  const bool is_held = now.bytes_in[0] > now.bytes_out[0] || now.bytes_in[1] > now.bytes_out[1];
  if (!is_held && waiting_in_the_kernel(scene.port) == 0) return false;
  return Clock::now() - scene.moved_at > std::chrono::milliseconds{500};
}

void Rehearsal::expect_documented(View view, Speaker speaker) {
  std::set<const Scene*> ended, still;
  const auto all_settled = [&] {
    for (Scene& scene : scenes_) {
      if (ended.contains(&scene) || still.contains(&scene)) continue;
      if (!scene.client->is_running()) {
        ended.insert(&scene);
      } else if (scene.meeting->word(view).starts_with("stalls") && stands_still(scene)) {
        still.insert(&scene);
      }
    }
    return ended.size() + still.size() == scenes_.size();
  };
  eventually(all_settled, 2 * deadline);

  for (const Scene& scene : scenes_) adopt(scene, {});
  for (Scene& scene : scenes_) {
    SCOPED_TRACE(scene.name);
    std::string word = "does not end";
    if (ended.contains(&scene) || still.contains(&scene)) {
      const int code = scene.client->wait();
      word = documented_.word_for(speaker, {code, scene.client->output()});
      if (still.contains(&scene)) word = word == "completes" ? "stalls" : "stalls, then " + word;
    }
    EXPECT_EQ(word, scene.meeting->word(view)) << scene.client->output();
    scene.client->stop();
    expect_ends(scene, word);
  }
}

// Only where a client meets its fault do links end for the documented reason; whoever hangs up before meets none.
void Rehearsal::expect_ends(const Scene& scene, const std::string& word) {
  EXPECT_TRUE(eventually([&] { return engine_.read(scene.name).open == 0; })) << "links outlive their client";
  const proxy::Counters all = engine_.read(scene.name);
  EXPECT_EQ(std::accumulate(all.ended.begin(), all.ended.end(), std::uint64_t{0}), all.accepted);

  std::set<std::string> found;
  for (std::size_t i = 0; i < proxy::end_count; ++i)
    if (all.ended[i] > 0) found.emplace(proxy::name(static_cast<End>(i)));
  found.erase("client_finished");
  found.erase("upstream_finished");
  const bool gave_up = word == "connect timeout";
  if (gave_up) found.erase("client_reset");  // it was gone when its answer came
  std::set<std::string> expected;
  if (word != "completes" && scene.meeting->ends != "in order") expected.insert(scene.meeting->ends);
  if (found.empty() && (gave_up || word == "stalls")) return;
  EXPECT_EQ(found, expected);
}

}  // namespace firedrill::tests
