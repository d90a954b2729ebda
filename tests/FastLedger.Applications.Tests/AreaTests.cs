// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;

namespace FastLedger.Applications.Tests;

public sealed class AreaTests
{
    public static TheoryData<string> Keys => new(AreaCatalog.Load().Select(a => a.Key));

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task An_area_keeps_its_promise_and_refuses_every_attack(string key)
    {
        Area area = AreaCatalog.Select(AreaCatalog.Load(), [key]).Single();
        await using TestLedger ledger = await TestLedger.StartAsync();
        await using ScenarioHost host = await ledger.ConnectAsync();
        AreaReport report = await new ScenarioRunner(host, new SilentWatch()).PlayAsync(area, attacks: true);
        string faults = string.Join(Environment.NewLine, report.Scenarios.Where(s => !s.Ok).Select(
            s => $"{s.Scenario.Name}, line {s.Steps[^1].Step.Line}: {s.Steps[^1].Step.Text}: {s.Steps[^1].Detail}"));
        Assert.True(faults.Length == 0, faults);
        Assert.Equal(report.AttacksExpected, report.AttacksRefused);
        Assert.True(report.AttacksExpected >= 4, $"{report.AttacksExpected} attacks");
    }

    private sealed class SilentWatch : IRunWatch
    {
        public void Began(Area area, Scenario scenario)
        {
        }

        public void Played(StepReport report)
        {
        }
    }
}
