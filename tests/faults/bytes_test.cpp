// Views on shared blocks: cutting copies nothing, and nothing is left behind.
#include "faults/bytes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <utility>

#include "faults/blocks.hpp"

namespace firedrill::faults {
namespace {

TEST(Bytes, HoldsACopyOfTheText) {
  std::string text = "hello";
  const Bytes bytes = Bytes::copy_of(text);
  text = "other";

  EXPECT_EQ(bytes.view(), "hello");
  EXPECT_EQ(bytes.size(), 5U);
}

TEST(Bytes, CuttingSharesTheBlock) {
  Bytes rest = Bytes::copy_of("hello");
  const char* const block = rest.data();

  const Bytes front = rest.take_front(2);

  EXPECT_EQ(front.view(), "he");
  EXPECT_EQ(rest.view(), "llo");
  EXPECT_EQ(front.data(), block);
  EXPECT_EQ(rest.data(), block + 2);
}

TEST(Bytes, TakingEverythingLeavesNothing) {
  Bytes rest = Bytes::copy_of("hello");

  const Bytes all = rest.take_front(5);

  EXPECT_EQ(all.view(), "hello");
  EXPECT_TRUE(rest.empty());
  EXPECT_TRUE(rest.take_front(0).empty());
}

TEST(Bytes, TheBlockLivesAsLongAsAView) {
  const std::size_t before = Bytes::outstanding();
  {
    Bytes front;
    {
      Bytes rest = Bytes::copy_of(std::string(1000, 'x'));
      front = rest.take_front(1);
      EXPECT_GE(Bytes::outstanding(), before + 1000);
    }
    EXPECT_EQ(front.view(), "x");
    EXPECT_GE(Bytes::outstanding(), before + 1000);
  }
  EXPECT_EQ(Bytes::outstanding(), before);
}

TEST(Bytes, DroppingTheLastByteFreesTheBlock) {
  const std::size_t before = Bytes::outstanding();
  Bytes bytes = Bytes::copy_of("abc");

  bytes.drop_front(2);
  EXPECT_EQ(bytes.view(), "c");
  bytes.drop_front(1);

  EXPECT_EQ(Bytes::outstanding(), before);
}

TEST(Bytes, MovingLeavesTheSourceEmpty) {
  Bytes a = Bytes::copy_of("abc");
  Bytes b = std::move(a);
  Bytes c = Bytes::copy_of("old");

  c = std::move(b);

  EXPECT_EQ(c.view(), "abc");
  EXPECT_TRUE(b.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(Bytes, NothingNeedsNoBlock) {
  const std::size_t before = Bytes::outstanding();

  const Bytes nothing = Bytes::copy_of("");

  EXPECT_TRUE(nothing.empty());
  EXPECT_EQ(Bytes::outstanding(), before);
}

TEST(Space, WhatIsReadIntoItIsNotCopied) {
  Space space = Space::make();
  char* const place = space.data();
  std::memcpy(place, "hello world", 11);

  const Bytes first = space.take(5), second = space.take(6);

  EXPECT_EQ(first.view(), "hello");
  EXPECT_EQ(second.view(), " world");
  EXPECT_EQ(first.data(), place);
  EXPECT_EQ(space.data(), place + 11);
}

TEST(Space, ItsBlockLivesAsLongAsTheLastViewAndCountsWhole) {
  const std::size_t before = Bytes::outstanding();
  {
    Bytes kept;
    {
      Space space = Space::make();
      std::memcpy(space.data(), "x", 1);
      kept = space.take(1);
    }
    EXPECT_EQ(kept.view(), "x");
    EXPECT_EQ(Bytes::outstanding(), before + large_block);
  }
  EXPECT_EQ(Bytes::outstanding(), before);
}

TEST(Space, TakesAllThereIsAndThenHasNoRoom) {
  Space space = Space::make();
  const std::size_t room = space.size();
  EXPECT_GT(room, large_block - 64);
  std::memset(space.data(), 'x', room);

  const Bytes all = space.take(room);

  EXPECT_EQ(all.size(), room);
  EXPECT_EQ(space.size(), 0U);
}

TEST(Blocks, AreAlignedSoThatTheKernelMayMakeThemOnePage) {
  std::set<void*> blocks;
  for (int i = 0; i < 5; ++i) {
    void* const block = map_large_block();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % large_block, 0U);
    std::memset(block, i, large_block);
    blocks.insert(block);
  }
  EXPECT_EQ(blocks.size(), 5U);
  for (void* const block : blocks) unmap_large_block(block);
}

}  // namespace
}  // namespace firedrill::faults
