// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using CsCheck;

namespace FastLedger.State.Tests;

public sealed class IdIndexTests
{
    [Fact]
    public void Random_additions_and_failing_chains_match_a_dictionary() =>
        Gen.Select(Gen.Int[1, 5000], Gen.Int[0, 3]).Array[1, 2000].Sample(
            steps =>
            {
                using var undo = new UndoLog();
                using var index = new IdIndex(undo, secret: 7, capacity: 16);
                var model = new Dictionary<UInt128, uint>();
                Dictionary<UInt128, uint>? saved = null;
                uint next = 1;
                foreach ((int key, int kind) in steps)
                {
                    UInt128 id = ((UInt128)key << 64) | (uint)(key % 3);
                    if (kind == 0 && saved is null)
                    {
                        undo.Begin();
                        saved = new(model);
                    }
                    else if (kind == 1 && saved is not null)
                    {
                        undo.Rollback();
                        model = saved;
                        saved = null;
                    }
                    else if (!model.ContainsKey(id))
                    {
                        index.Add(id, next);
                        model[id] = next++;
                    }

                    Assert.Equal(model.GetValueOrDefault(id), index.Find(id));
                }

                Assert.Equal((uint)model.Count, index.Count);
                foreach ((UInt128 id, uint number) in model) Assert.Equal(number, index.Find(id));
            },
            iter: 60);

    [Fact]
    public void The_secret_changes_no_answer()
    {
        using var undo = new UndoLog();
        using var first = new IdIndex(undo, secret: 1);
        using var second = new IdIndex(undo, secret: ulong.MaxValue);
        for (uint i = 1; i < 10_000; i++)
        {
            first.Add(i, i);
            second.Add(i, i);
        }

        for (uint i = 0; i < 12_000; i++) Assert.Equal(first.Find(i), second.Find(i));
    }
}
