// A connection without a kernel behaves as one with it.
#include "simulate/wire.hpp"

#include <gtest/gtest.h>

#include <string>

namespace firedrill::simulate {
namespace {

std::string read_all(Plug& plug) {
  std::string text;
  Bytes bytes;
  while (plug.receive(bytes) == Plug::Came::bytes) text += bytes.view();
  return text;
}

Plug::Came next(Plug& plug) {
  Bytes ignored;
  return plug.receive(ignored);
}

TEST(Wire, CarriesBytesAndThenTheEnd) {
  auto [client, server] = Plug::pair();

  client.send(Bytes::copy_of("one"));
  client.send(Bytes::copy_of("two"));
  client.finish();

  EXPECT_EQ(read_all(server), "onetwo");
  EXPECT_EQ(next(server), Plug::Came::finish);
  EXPECT_TRUE(server.send(Bytes::copy_of("late")));  // half-closed: the way back is open
  EXPECT_EQ(read_all(client), "late");
}

TEST(Wire, ClosesWithAFinWhenEverythingWasRead) {
  auto [client, server] = Plug::pair();

  client.close();

  EXPECT_EQ(next(server), Plug::Came::finish);
  EXPECT_FALSE(server.is_broken());
}

TEST(Wire, ClosesWithAnRstOverBytesThatNobodyRead) {
  auto [client, server] = Plug::pair();
  server.send(Bytes::copy_of("unread"));

  client.close();

  EXPECT_TRUE(server.is_broken());
  EXPECT_EQ(next(server), Plug::Came::broken);
}

TEST(Wire, AnswersBytesForNobodyWithAnRst) {
  auto [client, server] = Plug::pair();
  client.close();

  EXPECT_TRUE(server.send(Bytes::copy_of("answer")));

  EXPECT_TRUE(server.is_broken());
  EXPECT_FALSE(server.send(Bytes::copy_of("more")));
}

TEST(Wire, TakesNoMoreThanItsWindowUntilSomebodyReads) {
  Agenda agenda;
  int rung = 0;
  Alarm bell{agenda, [&] { ++rung; }};
  auto [client, server] = Plug::pair();
  client.watch(bell);
  client.send(Bytes::copy_of(std::string(Plug::window, 'x')));
  EXPECT_EQ(client.room(), 0U);

  read_all(server);
  agenda.play(agenda.now());

  EXPECT_EQ(client.room(), Plug::window);
  EXPECT_EQ(rung, 1);
}

}  // namespace
}  // namespace firedrill::simulate
