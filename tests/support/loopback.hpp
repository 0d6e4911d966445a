// A proxy between scripted clients and a scripted backend, all on loopback, with faults put in and healed by name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "proxy/engine.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {

/// Plan changes reach all workers before a call returns. When a test is over all its links are ended, and the books
/// must balance. With FIREDRILL_SLICED in the environment a random slice lies under every plan: whatever holds without
/// one holds for bytes that come in pieces too.
class Loopback : public testing::Test {
 protected:
  static constexpr std::string_view name = "under-test";

  Loopback();
  void TearDown() override;

  /// Opens the proxy if no test has opened it yet: on 127.0.0.1, to `backend`.
  void open();
  void open(proxy::ProxySpec spec);
  /// Closes the proxy, which may be opened anew, without faults.
  void close(faults::Duration grace = {});
  proxy::ProxySpec spec() const;
  /// Where the proxy listens.
  proxy::Endpoint front() const;

  /// A client, and what the backend sees of it: the members unless taken.
  void link();
  Peer connect();

  /// Puts a fault in force, or gives the one of that name other settings.
  std::shared_ptr<faults::Fault> put(std::string fault, std::string_view kind, std::string_view settings = "");
  void put(std::shared_ptr<faults::Fault> fault);
  void heal(std::string_view fault);
  void heal();

  proxy::Counters counters() { return engine.read(name); }
  std::uint64_t ends(proxy::End why) { return counters().of(why); }
  bool eventually_ended(proxy::End why, std::uint64_t times = 1);
  /// bytes_in == bytes_out + undelivered + what faults discarded, every link ended once. Only while no link is open.
  void expect_balance();

  Backend backend;
  proxy::Engine engine;
  Peer client, server;

 private:
  void adopt();

  bool opened_ = false;
  faults::Plan plan_;
  std::shared_ptr<const faults::Fault> weather_;           // the slice under every plan; null: none
  std::vector<std::shared_ptr<faults::Effects>> effects_;  // of every fault there ever was
  proxy::Endpoint front_;
};

}  // namespace firedrill::tests
