// What each profile presets, held against what the product's documentation says.
#include "faults/profiles.hpp"

#include <gmock/gmock.h>

#include <set>

#include "gate_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Profiles : public ::testing::TestWithParam<Profile> {};

TEST_P(Profiles, AreValidSettingsOfTheirKind) {
  const Profile& profile = GetParam();
  const bool needs_limit = profile.kind == "pool" && profile.settings.find("max_connections") == std::string_view::npos;

  const auto fault =
      make_fault("f", "", "profile=" + std::string{profile.name} + (needs_limit ? " max_connections=3" : ""));

  EXPECT_EQ(fault->kind->name, profile.kind);
  EXPECT_FALSE(profile.source.empty());
}

INSTANTIATE_TEST_SUITE_P(All, Profiles, ::testing::ValuesIn(profiles().begin(), profiles().end()),
                         [](const auto& profile) {
                           std::string name{profile.param.name};
                           std::erase(name, '-');
                           return name;
                         });

std::string said(std::string_view settings, std::string_view kind = "") {
  try {
    make_fault("f", kind, settings);
    return "";
  } catch (const PlanError& error) {
    return error.what();
  }
}

TEST(Profile, LeavesWhatIsWrittenAlone) {
  GateRig rig{"pool", "profile=envoy max_connections=1 queue=1"};

  rig.arrive(0ms, {1, 2, 3});

  EXPECT_EQ(rig.take(), "0s:+1, 0s:-3 full close");
}

TEST(Profile, ThatIsUnknownOrOfAnotherKindIsAProblem) {
  EXPECT_THAT(said("profile=haprxy"),
              HasSubstr("profile = \"haprxy\": there is no such profile; did you mean \"haproxy\"?"));
  EXPECT_THAT(said("profile=3g", "pool"), HasSubstr("profile = \"3g\": is a profile of kind \"network\""));
  EXPECT_THAT(said("profile=haproxy"), HasSubstr("max_connections is missing"));
}

TEST(Profile, NamesAreDifferent) {
  std::set<std::string_view> names;
  for (const Profile& profile : profiles()) EXPECT_TRUE(names.insert(profile.name).second) << profile.name;
}

// HAProxy's manual, "maxconn" of a server: excess requests are queued; "timeout queue": 503, over TCP a close; "option
// abortonclose": a client that leaves is taken out of the queue.
TEST(HaproxyProfile, QueuesFirstComeFirstServedAndClosesAfterTheTimeout) {
  GateRig rig{"pool", "profile=haproxy max_connections=1"};

  rig.arrive(0ms, {1, 2, 3, 4}).depart(1s, 1).finished(2s, 3).run_to(10s);

  EXPECT_EQ(rig.take(), "0s:+1, 1s:+2, 2s:-3 gone close, 5s:-4 timeout close");
}

// nginx, ngx_http_upstream_module, "max_conns": without "queue" the others are refused at once; "zone": without it the
// limit is each worker's own.
TEST(NginxProfile, LetsNobodyWaitAndCountsPerWorker) {
  GateRig one{"pool", "profile=nginx max_connections=1"};
  GateRig two_workers{"pool", "profile=nginx max_connections=1 shards=2"};

  one.arrive(0ms, {1, 2});
  two_workers.arrive(0ms, {1, 2, 3});

  EXPECT_EQ(one.take(), "0s:+1, 0s:-2 full close");
  EXPECT_EQ(two_workers.take(), "0s:+1, 0s:+2, 0s:-3 full close");
}

// Envoy, CircuitBreakers.Thresholds: max_connections and max_pending_requests default to 1024, overflow is answered at
// once; the route's timeout, 15 s, bounds the wait.
TEST(EnvoyProfile, HasTheDefaultsOfACluster) {
  GateRig rig{"pool", "profile=envoy"};

  for (std::uint64_t link = 1; link <= 2049; ++link) rig.arrive(0ms, link);

  EXPECT_EQ(rig.occupancy(0ms).granted, 1024U);
  EXPECT_EQ(rig.occupancy(0ms).queue, 1024U);
  EXPECT_EQ(rig.occupancy(0ms).rejected, 1U);
  EXPECT_EQ(rig.occupancy(15s).timed_out, 1024U);
}

// PgBouncer, config.md: default_pool_size 20; query_wait_timeout 120 s, then the client is disconnected;
// reserve_pool_timeout 5 s.
TEST(PgbouncerProfile, WaitsTwoMinutesAndHasAReserveIfAsked) {
  GateRig rig{"pool", "profile=pgbouncer"};
  GateRig reserve{"pool", "profile=pgbouncer max_connections=1 reserve=1"};

  for (std::uint64_t link = 1; link <= 21; ++link) rig.arrive(0ms, link);
  rig.take();
  rig.run_to(121s);
  reserve.arrive(0ms, {1, 2, 3}).run_to(6s);

  EXPECT_EQ(rig.take(), "2m:-21 timeout close");
  EXPECT_EQ(reserve.take(), "0s:+1, 5s:+2");
}

// PHP, www.conf.in: pm.max_children = 5 processes; the others wait in the listening socket's backlog, without a
// timeout.
TEST(PhpFpmProfile, LeavesTheOthersInTheBacklog) {
  GateRig rig{"pool", "profile=php-fpm"};

  rig.arrive(0ms, {1, 2, 3, 4});
  EXPECT_EQ(rig.gate().door(), Door::open);
  rig.arrive(0ms, 5);

  EXPECT_EQ(rig.gate().door(), Door::paused);
  EXPECT_EQ(rig.gate().wake(), never);
}

}  // namespace
}  // namespace firedrill::faults
