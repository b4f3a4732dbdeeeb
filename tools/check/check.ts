// What a check is: a name, the number of findings that it allows, and a function that lists them.

/** The files of a checkout that checks read: path relative to the root, with `/`, and text. */
export interface Tree {
  root: string;
  files: ReadonlyMap<string, string>;
}

export interface Finding {
  /** `path` or `path:line`. */
  place: string;
  text: string;
}

export interface Check {
  /** Names the check in the report and in the baseline. */
  name: string;
  /** Findings allowed for good; 0 unless stated. */
  limit?: number;
  find(tree: Tree): Finding[] | Promise<Finding[]>;
}

/** An exception to a rule, with its reason. */
export interface Exception {
  /** Path of the file. */
  file: string;
  /** The function, constant or folder within it that is meant. */
  name: string;
  reason: string;
}
