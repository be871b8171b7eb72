import type { Cell } from './csv.ts';
import type { Noted } from './noted.ts';
import type { People } from './people.ts';
import type { Story } from './story.ts';

/** What all reports of one bundle are made for and with. It stands in the bundle's manifest. */
export interface About {
  readonly log: string;
  readonly from: number;
  readonly to: number;
  readonly checkpoint: { readonly size: number; readonly root: string };
  /** An approve in less than this many seconds after its person first saw the request stands out. */
  readonly fastSeconds: number;
}

export interface Desk {
  readonly about: About;
  readonly people: People;
  readonly emit: (...cells: readonly Cell[]) => void;
}

/** One report being written. It sees each entry once, and keeps no more than its bound says. */
export interface Counting {
  /** `story` is the request that the entry is about, with this entry in it; null where there is none. */
  readonly take?: (noted: Noted, story: Story | null) => void;
  /** A request is over. */
  readonly ended?: (story: Story) => void;
  /** After the last entry, with what is still open. */
  readonly finish?: (open: readonly Story[]) => void;
}

export interface Report {
  /** The file's name, without `.csv`. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly open: (desk: Desk) => Counting;
}
