// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Primitives.Tests;

public sealed class SlabTests
{
    [Fact]
    public void A_slab_adds_at_the_end_and_is_cut_back()
    {
        using var slab = new Slab<long>(4);
        for (long i = 0; i < 4; i++) slab.Add() = i * 10;
        Assert.Equal([0, 10, 20, 30], slab.Items.ToArray());
        slab.Truncate(2);
        slab.Add() = 7;
        Assert.Equal([0, 10, 7], slab.Items.ToArray());
        slab.Clear();
        Assert.Equal(0, slab.Count);
    }

    [Fact]
    public void Reserved_memory_is_zero_and_becomes_zero_again()
    {
        using var memory = new ReservedMemory(1 << 22);
        unsafe
        {
            Assert.Equal(0, memory.Pointer[12345]);
            memory.Pointer[12345] = 9;
            memory.Clear();
            Assert.Equal(0, memory.Pointer[12345]);
        }
    }
}
