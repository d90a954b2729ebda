Feature: Online music
  Promise: every listener's payment reaches all who made the work at once, in the shares that all of them agreed to.

  Background:
    Given the parties Bank, Registry, Label, Imogen, Ana, Bo, Cy, Di, Ed, Fay, Gus, Listener and Poor
    And Bank issues USD with 6 decimals
    And Bank issues CENT with 2 decimals
    And Imogen, Ana, Bo, Cy, Di, Ed, Fay, Gus and Poor hold accounts in USD and CENT
    And Listener has 10.000000 USD
    And Listener has 1.00 CENT
    And Label founds the policy "all eight": any 8 of Imogen, Ana, Bo, Cy, Di, Ed, Fay and Gus
    And Registry defines the class "works", issued by Registry:
      """
      states Registered, Licensed
      flags UniqueContent, Transferable
      Registered -> Licensed by Owner
      """
    And Registry creates "Tiny Human" of the class "works", called "GBXXX1500001", for "all eight", on the document "recording of Tiny Human"
    And Imogen does all or nothing:
      """
      signed by Ana, Bo, Cy, Di, Ed, Fay and Gus
      agrees the split "Tiny Human" in USD, under "all eight", among Imogen's USD at 912,500, Ana's USD at 12,500, Bo's USD at 12,500, Cy's USD at 12,500, Di's USD at 12,500, Ed's USD at 12,500, Fay's USD at 12,500 and Gus's USD at 12,500
      """

  Scenario: A download of 60 cents, to the millionth and to the cent
    When Listener pays 0.600000 USD to the split "Tiny Human"
    Then Imogen's USD holds 0.547500 USD
    And Ana's USD holds 0.007500 USD
    And Gus's USD holds 0.007500 USD
    Given Imogen does all or nothing:
      """
      signed by Ana, Bo, Cy, Di, Ed, Fay and Gus
      agrees the split "in cents" in CENT, under "all eight", among Imogen's CENT at 912,500, Ana's CENT at 12,500, Bo's CENT at 12,500, Cy's CENT at 12,500, Di's CENT at 12,500, Ed's CENT at 12,500, Fay's CENT at 12,500 and Gus's CENT at 12,500
      """
    When Listener pays 0.60 CENT to the split "in cents"
    Then Imogen's CENT holds 0.55 CENT
    And Ana's CENT holds 0.01 CENT
    And Bo's CENT holds 0.01 CENT
    And Cy's CENT holds 0.01 CENT
    And Di's CENT holds 0.01 CENT
    And Ed's CENT holds 0.01 CENT
    And Fay's CENT holds 0.00 CENT
    And Gus's CENT holds 0.00 CENT

  Scenario: A thousand streams
    When Listener does 1,000 times:
      """
      pays 0.004000 USD to the split "Tiny Human"
      """
    Then Imogen's USD holds 3.650000 USD
    And Ana's USD holds 0.050000 USD
    And Gus's USD holds 0.050000 USD
    And Listener's USD holds 6.000000 USD

  @attack
  Scenario: Changed shares, a stolen recording, shares that do not add up, an empty purse
    Then Imogen does all or nothing, which is refused: ThresholdNotMet:
      """
      signed by Ana, Bo, Cy, Di, Ed and Fay
      changes the split "Tiny Human" to Imogen's USD at 1,000,000
      """
    And Label changes the split "Tiny Human" to Imogen's USD at 1,000,000, which is refused: Unauthorized
    And Registry creates "Tiny Copy" of the class "works", for Label, on the document "recording of Tiny Human", which is refused: ContentExists
    And Registry creates "Tiny Second" of the class "works", called "GBXXX1500001", for Label, on the document "another recording", which is refused: ExternalIdExists
    And Label agrees the split "greedy" in USD among Imogen's USD at 900,000 and Ana's USD at 100,001, which is refused: InvalidSplit
    And Poor pays 0.600000 USD to the split "Tiny Human", which is refused: ExceedsBalance
