// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage.Tests;

public class PageStoreOptionsTests
{
    [Theory]
    [InlineData(nameof(PageStoreOptions.LogMemoryBytes))]
    [InlineData(nameof(PageStoreOptions.LogPageBytes))]
    [InlineData(nameof(PageStoreOptions.SegmentBytes))]
    [InlineData(nameof(PageStoreOptions.MutableFraction))]
    [InlineData(nameof(PageStoreOptions.LogGrowth))]
    [InlineData(nameof(PageStoreOptions.MaximumRequests))]
    public void An_option_out_of_its_range_is_refused_by_name(string name)
    {
        PageStoreOptions options = new()
        {
            Directory = PageScenario.Directory,
            Files = new SimulatedFileSystem(),
            LogMemoryBytes = name == nameof(PageStoreOptions.LogMemoryBytes) ? 1 << 20 : 64 << 20,
            LogPageBytes = name == nameof(PageStoreOptions.LogPageBytes) ? 3 << 20 : 1 << 20,
            SegmentBytes = name == nameof(PageStoreOptions.SegmentBytes) ? 1 << 19 : 256 << 20,
            MutableFraction = name == nameof(PageStoreOptions.MutableFraction) ? 1 : 0.5,
            LogGrowth = name == nameof(PageStoreOptions.LogGrowth) ? 1.4 : 2,
            MaximumRequests = name == nameof(PageStoreOptions.MaximumRequests) ? 63 : 64,
        };
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => PageStore.Create(options)).Message, StringComparison.Ordinal);
    }
}
