// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Load.Nemesis;
using FastLedger.Node.Recovery;
using Xunit.Abstractions;

namespace FastLedger.EndToEnd.Nemesis;

/// <summary>Four processes under load, and what must hold whatever happens to them.</summary>
public class NemesisTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Replicas_killed_under_load_lose_and_double_no_answered_command()
    {
        NemesisReport report = await RunAsync(new NemesisPlan
        {
            Rounds = Campaign.Length(4, 500),
            Faults = [.. Enumerable.Repeat(NemesisFault.Kill, 7), NemesisFault.KillAll],
        });
        Assert.Equal(report.Faults.GetValueOrDefault(NemesisFault.Kill), report.Stalls.Count);
    }

    [Fact]
    public async Task Replicas_that_stop_are_cut_off_late_or_out_of_disk_change_nothing_that_was_answered()
    {
        await using var links = new ProxyLinks();
        await RunAsync(
            new NemesisPlan { Rounds = Campaign.Length(4, 200), Faults = [NemesisFault.Pause, NemesisFault.Isolate, NemesisFault.Delay, NemesisFault.FullDisk] }, links);
        Assert.True(links.Accepted > 0, "no replica dialled another through a proxy");
    }

    private async Task<NemesisReport> RunAsync(NemesisPlan plan, ProxyLinks? links = null)
    {
        plan = plan with { Seed = Campaign.Seed() };
        output.WriteLine($"FASTLEDGER_SEED={plan.Seed}, {plan.Rounds} rounds");
        NemesisReport report = await NemesisCampaign.RunAsync(TestNode.Program, plan, JournalBatches.Digest, output.WriteLine, links);
        output.WriteLine(
            $"{report.Commands:N0} commands in {report.Batches:N0} batches answered in {report.Seconds:0.0} s, {report.Repeated:N0} ordered again and not executed again, "
            + $"{report.Reconnects} reconnects, height {report.Height}; silence per dead replica: {report.Stalls}, per absent one: {report.Absences}");
        Assert.Empty(report.Violations);
        Assert.Equal(plan.Rounds, report.Faults.Values.Sum());
        Assert.True(report.Commands > 0);
        return report;
    }
}
