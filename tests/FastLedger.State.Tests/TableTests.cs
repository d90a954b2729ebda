// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Runtime.InteropServices;
using CsCheck;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.State.Tests;

public sealed class TableTests
{
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Record
    {
        public ulong Value;
    }

    private sealed record Step(int Kind, int Number, int Value);

    private static readonly Gen<Step> GenStep =
        from kind in Gen.Int[0, 9]
        from number in Gen.Int[0, 1000]
        from value in Gen.Int[0, 1_000_000]
        select new Step(kind, number, value);

    [Fact]
    public void Random_changes_chains_and_rollbacks_match_a_list_and_its_own_tree() =>
        GenStep.Array[1, 300].Sample(steps =>
        {
            using var undo = new UndoLog();
            using var table = new Table<Record>(TableId.Accounts, 4096, undo);
            var tree = new StateTree([table], new ResidentPageStore());
            var model = new List<ulong> { 0 };
            List<ulong>? saved = null;
            foreach (Step step in steps)
            {
                switch (step.Kind)
                {
                    case < 3:
                        uint number = table.Append();
                        Assert.Equal((uint)model.Count, number);
                        model.Add(0);
                        break;
                    case < 7 when model.Count > 1:
                        uint changed = (uint)(1 + (step.Number % (model.Count - 1)));
                        table.Change(changed).Value = (ulong)step.Value;
                        model[(int)changed] = (ulong)step.Value;
                        break;
                    case 7 when saved is null:
                        undo.Begin();
                        saved = [.. model];
                        break;
                    case 8 when saved is not null:
                        if (step.Value % 2 == 0) undo.Commit();
                        else
                        {
                            undo.Rollback();
                            model = saved;
                        }

                        saved = null;
                        break;
                    case 9 when saved is null:
                        tree.Update();
                        Assert.Equal(Rebuilt(model), table.Root);
                        break;
                }

                Assert.Equal((uint)model.Count, table.Count);
            }

            if (saved is not null)
            {
                undo.Rollback();
                model = saved;
            }

            tree.Update();
            for (int i = 1; i < model.Count; i++) Assert.Equal(model[i], table[(uint)i].Value);
            Assert.Equal(Rebuilt(model), table.Root);
        });

    [Fact]
    public void A_full_table_refuses_another_record()
    {
        using var undo = new UndoLog();
        using var table = new Table<Record>(TableId.Accounts, 3, undo);
        Assert.Equal(1u, table.Append());
        Assert.Equal(2u, table.Append());
        Assert.Equal(0u, table.Append());
    }

    [Fact]
    public void The_state_root_binds_the_number_of_records()
    {
        using var undo = new UndoLog();
        using var one = new Table<Record>(TableId.Accounts, 16, undo);
        using var two = new Table<Record>(TableId.Accounts, 16, new UndoLog());
        one.Append();
        one.Append();
        two.Append();
        two.Append();
        two.Append();
        Assert.NotEqual(new StateTree([one], new ResidentPageStore()).Update(), new StateTree([two], new ResidentPageStore()).Update());
    }

    /// <summary>The root of a tree over all records at once, none of them hashed before.</summary>
    private static unsafe Hash256 Rebuilt(List<ulong> model)
    {
        using var tree = new TableTree(64, 4096);
        var records = new ulong[model.Count * 8];
        var touched = new uint[model.Count - 1];
        for (int i = 1; i < model.Count; i++)
        {
            records[i * 8] = model[i];
            touched[i - 1] = (uint)i;
        }

        fixed (ulong* start = records) tree.Update((byte*)start, touched, (uint)model.Count);
        return tree.Root;
    }
}
