// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace FastLedger.Primitives.Tests;

/// <summary>Which processor a thread stays on.</summary>
public sealed class ThreadAffinityTests
{
    [Fact]
    public void PlacesAreCountedInTheMaskAndRound()
    {
        ulong[] mask = [0b1010_0000, 0, 1UL << 63];
        int[] processors = [.. Enumerable.Range(0, 7).Select(i => ThreadAffinity.Select(mask, i))];
        Assert.Equal([5, 7, 191, 5, 7, 191, 5], processors);
        Assert.Equal(-1, ThreadAffinity.Select([0, 0], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ThreadAffinity.Bind(-1));
    }

    [Fact]
    public void ABoundThreadMayUseOneProcessorAndTheOthersStayFree()
    {
        if (!ThreadAffinity.IsSupported)
        {
            Assert.Equal(-1, ThreadAffinity.Bind(1));
            return;
        }

        int processor = -1, allowed = -1;
        var thread = new Thread(() =>
        {
            processor = ThreadAffinity.Bind(1);
            allowed = AllowedProcessors();
        });
        thread.Start();
        thread.Join();
        Assert.InRange(processor, 0, 1023);
        Assert.Equal(1, allowed);
        Assert.Equal(Environment.ProcessorCount, AllowedProcessors());
    }

    /// <summary>How many processors the kernel says that this thread may use.</summary>
    private static int AllowedProcessors()
    {
        const string Field = "Cpus_allowed:";
        string line = File.ReadLines("/proc/thread-self/status").Single(l => l.StartsWith(Field, StringComparison.Ordinal));
        return line[Field.Length..].Where(Uri.IsHexDigit).Sum(digit => int.PopCount(int.Parse([digit], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
    }
}
