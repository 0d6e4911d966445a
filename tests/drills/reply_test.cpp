// When an answer is whole, and whether it is a good one: however it is cut.
#include "drills/reply.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <utility>

namespace firedrill::drills {
namespace {

using State = Reply::State;

/// "whole", "whole http_503 closes", "part", "broken other": after these bytes, in pieces of `piece`.
std::string taken(Reply& reply, std::string_view bytes, std::size_t piece, bool ends = false) {
  reply.begin();
  State state = State::part;
  while (state == State::part && !bytes.empty()) {
    const std::string_view next = bytes.substr(0, piece);
    bytes.remove_prefix(next.size());
    state = reply.take(next);
  }
  if (state == State::part && ends) state = reply.finish();
  if (state == State::part) return "part";
  const std::string error = reply.error();
  return std::string{state == State::whole ? "whole" : "broken"} + (error.empty() ? "" : " " + error) +
         (state == State::whole && !reply.keeps() ? " closes" : "");
}

/// The same for every way to cut it, which is what is returned.
std::string cut_any_way(Reply& reply, std::string_view bytes, bool ends = false) {
  const std::string at_once = taken(reply, bytes, bytes.size() + 1, ends);
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
    EXPECT_EQ(taken(reply, bytes, piece, ends), at_once) << piece;
  return at_once;
}

std::string http(std::string_view bytes, bool ends = false, BodyOf body = BodyOf::answer) {
  return cut_any_way(*http_reply(body), bytes, ends);
}

TEST(HttpReply, IsWholeWithItsLastByte) {
  EXPECT_EQ(http("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), "whole");
  EXPECT_EQ(http("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"), "part");
  EXPECT_EQ(http("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), "whole");
  EXPECT_EQ(http("HTTP/1.1 204 No Content\r\n\r\n"), "whole");
}

TEST(HttpReply, HasNoBodyWhenOnlyTheHeadWasAskedFor) {
  EXPECT_EQ(http("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false, BodyOf::head), "whole");
}

TEST(HttpReply, EndsWithItsConnectionWhereNoLengthIsGiven) {
  EXPECT_EQ(http("HTTP/1.1 200 OK\r\n\r\nhello"), "part");
  EXPECT_EQ(http("HTTP/1.1 200 OK\r\n\r\nhello", true), "whole closes");
  EXPECT_EQ(http("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", true), "part");
}

TEST(HttpReply, TellsErrorsByStatusAndWhetherTheConnectionStays) {
  EXPECT_EQ(http("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), "whole http_503 closes");
  EXPECT_EQ(http("HTTP/1.0 404 No\r\nContent-Length: 0\r\n\r\n"), "whole http_404 closes");
  EXPECT_EQ(http("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), "whole");
}

TEST(HttpReply, WaitsForTheAnswerProper) {
  EXPECT_EQ(http("HTTP/1.1 100 Continue\r\n\r\n"), "part");
  EXPECT_EQ(http("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"), "whole http_500");
}

TEST(HttpReply, TellsWhatIsNotHttp) { EXPECT_EQ(http("SSH-2.0-OpenSSH_9.2\r\n"), "broken other"); }

TEST(HttpReply, LeavesNoConnectionOnWhichMoreCameThanWasAskedFor) {
  const auto reply = http_reply(BodyOf::answer);

  EXPECT_EQ(taken(*reply, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore", 100), "whole closes");
  EXPECT_EQ(taken(*reply, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 100), "whole");
}

std::string talk(const TalkSpec& spec, std::string_view bytes, bool ends = false) {
  return cut_any_way(*talk_reply(spec), bytes, ends);
}

TalkSpec until(decltype(TalkSpec::until) what, decltype(TalkSpec::expect) expected = TalkSpec::Nothing{}) {
  TalkSpec spec;
  spec.until = std::move(what);
  spec.expect = std::move(expected);
  return spec;
}

TEST(TalkReply, IsWholeWithTheBytesThatEndIt) {
  const TalkSpec spec = until(TalkSpec::Bytes{"\r\n"});

  EXPECT_EQ(talk(spec, "+PONG\r"), "part");
  EXPECT_EQ(talk(spec, "+PONG\r\n"), "whole");
  EXPECT_EQ(talk(spec, "+PONG\r", true), "part");
}

TEST(TalkReply, IsWholeAtItsLength) {
  const TalkSpec spec = until(TalkSpec::Length{7});

  EXPECT_EQ(talk(spec, "+PONG\r"), "part");
  EXPECT_EQ(talk(spec, "+PONG\r\n"), "whole");
}

TEST(TalkReply, IsWholeWhenAPatternIsFound) {
  const TalkSpec spec = until(TalkSpec::Pattern{"^(OK|ERROR) [0-9]+\n"});

  EXPECT_EQ(talk(spec, "OK 1"), "part");
  EXPECT_EQ(talk(spec, "OK 12\n"), "whole");
  EXPECT_EQ(talk(spec, "ERROR 7\n"), "whole");
}

TEST(TalkReply, IsWholeWithItsEnd) {
  const TalkSpec spec = until(TalkSpec::Close{});

  EXPECT_EQ(talk(spec, "bye"), "part");
  EXPECT_EQ(talk(spec, "bye", true), "whole closes");
}

TEST(TalkReply, IsAnErrorWhenItIsNotWhatWasExpected) {
  EXPECT_EQ(talk(until(TalkSpec::Bytes{"\r\n"}, TalkSpec::Bytes{"PONG"}), "+PONG\r\n"), "whole");
  EXPECT_EQ(talk(until(TalkSpec::Bytes{"\r\n"}, TalkSpec::Bytes{"PONG"}), "-LOADING\r\n"), "whole unexpected");
  EXPECT_EQ(talk(until(TalkSpec::Bytes{"\r\n"}, TalkSpec::Pattern{"^\\+"}), "-LOADING\r\n"), "whole unexpected");
}

TEST(TalkReply, IsWholeAsSoonAsItIsWhatWasExpected) {
  EXPECT_EQ(talk(until(TalkSpec::Nothing{}, TalkSpec::Bytes{"PONG"}), "+PON"), "part");
  EXPECT_EQ(talk(until(TalkSpec::Nothing{}, TalkSpec::Bytes{"PONG"}), "+PONG"), "whole");
  EXPECT_EQ(talk(until(TalkSpec::Nothing{}, TalkSpec::Pattern{"P.NG"}), "+PONG"), "whole");
}

TEST(TalkReply, IsNotAwaitedWhereNothingIsSaidOfIt) {
  EXPECT_FALSE(talk_reply({})->is_awaited());
  EXPECT_TRUE(talk_reply(until(TalkSpec::Close{}))->is_awaited());
}

TEST(TalkReply, MayNotGoOnForEver) {
  const auto endless = talk_reply(until(TalkSpec::Bytes{"\n"}));
  const auto matched = talk_reply(until(TalkSpec::Pattern{"\n"}));

  EXPECT_EQ(taken(*endless, std::string(longest_answer + 1, 'x'), 65536), "broken too_long");
  EXPECT_EQ(taken(*matched, std::string(longest_matched + 1, 'x'), 1024), "broken too_long");
}

TEST(TalkReply, TakesPatternsThatEndInTimeOnly) {
  EXPECT_EQ(why_no_pattern("^(a+)+$"), "");
  EXPECT_NE(why_no_pattern("(a)\\1"), "");
  EXPECT_NE(why_no_pattern("a{9999}"), "");
  EXPECT_NE(why_no_pattern("("), "");
  EXPECT_NE(why_no_pattern(""), "");
  // By back-tracking this would take years.
  EXPECT_EQ(talk(until(TalkSpec::Length{61}, TalkSpec::Pattern{"^(a+)+$"}), std::string(60, 'a') + "b"),
            "whole unexpected");
}

}  // namespace
}  // namespace firedrill::drills
