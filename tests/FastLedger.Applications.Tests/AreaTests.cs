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

    [Fact]
    public async Task Four_replicas_keep_the_promise_while_one_crashes_and_comes_back()
    {
        Area area = AreaCatalog.Select(AreaCatalog.Load(), ["land-titles"]).Single();
        await using TestLedger ledger = await TestLedger.StartAsync(replicas: 4);
        await using ScenarioHost host = await ledger.ConnectAsync();
        var runner = new ScenarioRunner(host, new SilentWatch());
        for (int node = 0; node < area.Scenarios.Count; node++)
        {
            await ledger.Cluster.RestartAsync(node);
            ScenarioReport report = await runner.PlayAsync(area.Scenarios[node]);
            Assert.True(report.Ok, report.Steps[^1].Detail);
        }
    }

    [Fact]
    public async Task A_broken_promise_is_reported()
    {
        const string text = """
            Feature: Broken
              Promise: nothing.

              Scenario: Money from nowhere
                Given the parties Bank and Alice
                And Bank issues USD with 2 decimals
                And Alice has 1.00 USD
                Then Alice's USD holds 2.00 USD

              @attack
              Scenario: Something that is allowed
                Given the parties Bank
                And Bank issues USD with 2 decimals
                Then Bank opens "purse" in USD, which is refused: Unauthorized
            """;
        Area area = FeatureReader.Read("99-broken", new System.IO.StringReader(text));
        Assert.Equal(("broken", 99, "nothing."), (area.Key, area.Number, area.Promise));
        AreaReport report = await PlayAsync(area);
        Assert.False(report.Ok);
        Assert.Equal(["It holds 1.00 USD with 0.00 USD reserved.", "Ok; expected was Unauthorized."], report.Scenarios.Select(s => s.Steps[^1].Detail));
        Assert.Equal((1, 0), (report.AttacksExpected, report.AttacksRefused));
    }

    private static async Task<AreaReport> PlayAsync(Area area)
    {
        await using TestLedger ledger = await TestLedger.StartAsync();
        await using ScenarioHost host = await ledger.ConnectAsync();
        return await new ScenarioRunner(host, new SilentWatch()).PlayAsync(area, attacks: true);
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
